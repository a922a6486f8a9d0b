"""The entry: finds the language and the command, loads the command's module alone, and turns errors into exit codes.

Exit codes: 0 yes; 1 verification or audit says no or doubtful, or a receipt is malformed; 2 bad input, a missing anchor,
or some inputs refused; 3 not available; 4 our own fault. Several at once: the highest.
"""

from __future__ import annotations

import argparse
import importlib
import keyword
import os
import sys
from typing import TYPE_CHECKING, Any

from node.cli.failure import tell_failure
from node.cli.language import choose_language
from node.cli.output import Output
from node.cli.parser import Parser, add_common, chooser
from node.cli.usages import usages_of
from node.errors import BadInput, Unavailable, Words
from node.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: dict[str, Words] = {
    "init": Words("建立节点目录:密钥、本机链、登记合约、存储", "make a node home: keys, embedded chain, registry, storage"),
    "join": Words("新建节点目录并接入联盟网络,或把已有的迁上去", "make a node home on a consortium's network, or move one there"),
    "register": Words("登记文件或文件夹", "register files or folders"),
    "import": Words("整批导入:清单模板、预检、登记、登记清单、知识单元表(import template、check、apply、report、units)", "whole deliveries: template, pre-check, registering, the register, unit lists (import template, check, apply, report, units)"),
    "lot": Words("交付批次:合同、承建单位、硬盘、交付日期(lot add、show、list)", "lots: contract, contractor, disk, date (lot add, show, list)"),
    "draft": Words("存为草稿,暂不送审", "store drafts that nobody is asked about yet"),
    "submit": Words("送审;可写出送审单带到另一台机器", "submit for review, here or by a request file"),
    "approve": Words("审核员批准;一次口令批准全部", "a reviewer approves, everything with one passphrase"),
    "return": Words("退回,写明原因", "return from review with the reason"),
    "recall": Words("撤回尚未发送的", "recall what was not sent"),
    "send": Words("发送已批准的,等到最终确认", "send what is approved and wait until it is final"),
    "amend": Words("更正著录,内容不变", "correct metadata, the content stays"),
    "supersede": Words("换版:新内容,同一登记号", "new content under the same number"),
    "withdraw": Words("撤销登记,写明理由", "withdraw a record with its reason"),
    "purge": Words("销毁已撤销资源的载荷:拟清册、审核员签署、执行(purge draft、approve、run)", "destroy payloads of withdrawn resources under a list that two people signed (purge draft, approve, run)"),
    "attest": Words("联署、核查意见、批次验收、修复等签名陈述", "signed statements: co-signature, finding, acceptance, repair"),
    "deliver": Words("向另一机构提交交付包", "deliver a package to another institution"),
    "accept": Words("接收别的机构提交的交付包", "accept a delivery"),
    "return-delivery": Words("退回别的机构提交的交付包", "return a delivery"),
    "govern": Words("治理:接纳、停权、密钥、门限、冻结等提案与批准", "govern: propose and approve admissions, keys, freezing …"),
    "keys": Words("生成或查看个人密钥", "make or show a person's key"),
    "units": Words("登记、查找、计数知识单元", "register, find and count knowledge units"),
    "show": Words("看一件资源的全部经过", "show the whole history of a resource"),
    "list": Words("列出资源", "list resources"),
    "receipt": Words("取存证凭证", "write the receipt of a resource or a unit"),
    "anchor": Words("导出信任锚,或凭证明更新它(export、update)", "export the trust anchor, or bring it forward by proof (export, update)"),
    "verify": Words("离线核验文件、文件夹、单个成员或知识单元", "verify a file, folder, member or unit offline"),
    "audit": Words("节点自检:链、载荷、索引、日志、证明", "self-check: chain, payload, index, journal, proofs"),
    "repair": Words("修复损坏或丢失的载荷文件:从 kubo 或伙伴网关取回,逐块核对", "mend damaged or lost payloads from kubo or a partner's gateway, every block checked"),
    "incident": Words("最终性被破坏的事件:列出、了结(incident list、incident resolve)", "broken finality: list what stands, resolve one"),
    "replay": Words("从创世起重放整条链,逐项自行核对", "replay a whole chain from its genesis, checking everything anew"),
    "export": Words("导出资源并逐块核对:载荷、BagIt 包,或全部(--all)", "write resources out, every block checked: a payload, a BagIt bag, or everything (--all)"),
    "upgrade": Words("把旧格式的节点目录升级到本版", "bring a home of an older format to this version"),
    "storage": Words("重建数据块索引;载荷进出私有 IPFS 群(storage reindex、publish、check、fetch)", "rebuild the block index; payloads into and out of the private IPFS swarm (storage reindex, publish, check, fetch)"),
    "backup": Words("备份节点目录,运行中也可以", "back up the home, also while it serves"),
    "restore": Words("由备份恢复节点目录,并确认它是最新的", "restore a home from a backup, and confirm that it is the newest"),
    "serve": Words("以服务方式运行节点", "run the node as a process"),
    "network": Words("建立联盟(network found),部署登记合约(network deploy)", "found a consortium (network found), create its registry (network deploy)"),
    "demo": Words("演示:生成样例并走完全过程", "demonstration: a made-up collection through the whole process"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    output = Output(language=choose_language(arguments, os.environ), as_json="--json" in arguments)
    try:
        return _run(arguments, output)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return output.exit_code
    except KeyboardInterrupt:
        output.note("已中断;已记入日志的事下次运行自动续办", "interrupted; what the journal has is finished by the next run")
        return Unavailable.exit_code
    except Exception as error:  # noqa: BLE001 - the last place that can turn it into words
        tell_failure(error, output)
        return output.exit_code


def _run(arguments: list[str], output: Output) -> int:
    name = command_of(arguments)
    if name not in COMMANDS:
        return _without_command(arguments, name, output)
    module, namespace = parse(arguments, output.language)
    module.run(namespace, output)
    return output.exit_code


def parse(arguments: list[str], language: str) -> tuple[Any, argparse.Namespace]:
    """Load the module of the command that the words name, and parse them; raise BadInput.

    The words as they were typed stay on the namespace, for the process that may have to do it instead of this one.
    """
    place = _command_place(arguments)
    if place is None or (name := arguments[place]) not in COMMANDS:
        raise BadInput("没有写明命令", "no command was named")
    module: Any = importlib.import_module(f"node.cli.commands.{_module_of(name)}")
    parser = Parser(prog=f"zhicang {name}", description=COMMANDS[name].in_language(language), allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.language = language
    parser.epilog = usages_of(name, language)
    module.configure(parser, language)
    add_common(parser, language)
    namespace = parser.parse_args(arguments[:place] + arguments[place + 1 :])
    namespace.typed = arguments
    return module, namespace


def _module_of(name: str) -> str:
    """Give the name of a command's module: a word of Python's own gets an underline behind it."""
    return f"{name}_" if keyword.iskeyword(name) else name.replace("-", "_")


def command_of(arguments: list[str]) -> str | None:
    """Give the command that the words name, or None."""
    place = _command_place(arguments)
    return None if place is None else arguments[place]


_WITHOUT_COMMAND = ("--help", "-h", "--lang", "--home", "--json", "--version")


def _command_place(arguments: list[str]) -> int | None:
    """Find the command: the first argument that is neither an option nor the value of a common one."""
    skip = False
    for place, argument in enumerate(arguments):
        if skip:
            skip = False
        elif argument in ("--home", "--lang"):
            skip = True
        elif not argument.startswith("-"):
            return place
    return None


def _without_command(arguments: list[str], name: str | None, output: Output) -> int:
    say = chooser(output.language)
    if name is not None:
        mend = Words("zhicang --help 列出全部命令", "zhicang --help lists the commands")
        raise BadInput(f"没有 {name} 这个命令", f"there is no command {name}", mend=mend)
    if "--version" in arguments:
        print(f"zhicang {VERSION}")
        return 0
    unknown = [word for word in arguments if word.startswith("-") and word.split("=")[0] not in _WITHOUT_COMMAND]
    if unknown or "--json" in arguments:
        mend = Words("zhicang --help 列出全部命令", "zhicang --help lists the commands")
        named = " ".join(unknown)
        raise BadInput(f"没有写明命令 {named}".rstrip(), f"no command was named {named}".rstrip(), mend=mend)
    print(say("知仓:省级图书馆的联盟链节点", "Zhicang: the consortium-chain node of a provincial library"))
    print(say("用法:zhicang [--home DIR] [--lang zh|en] [--json] 命令 …", "usage: zhicang [--home DIR] [--lang zh|en] [--json] COMMAND …"))
    for command, words in COMMANDS.items():
        print(f"  {command:<17}{words.in_language(output.language)}")
    print(say("各命令的用法:zhicang 命令 --help", "usage of a command: zhicang COMMAND --help"))
    return 0 if "--help" in arguments or "-h" in arguments or not arguments else BadInput.exit_code
