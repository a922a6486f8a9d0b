"""The usages of commands that do several things: each as it is typed, and what comes of it; shown under their help."""

from __future__ import annotations

from node.errors import Words

USAGES: dict[str, dict[str, Words]] = {
    "join": {
        "join --rpc URL --anchor anchor.json --keystores DIR": Words("以联盟发来的密钥新建节点目录", "make a home with the keys that the consortium sent"),
        "join --rpc URL --anchor anchor.json --code 14000001 --name NAME --credit-code CODE --region 140000": Words("新造登记员密钥,待治理方接纳", "make a registrar's key, for the governors to admit"),
        "join --home HOME --rpc URL --anchor anchor.json --keystores DIR": Words("把已有的节点目录迁到网络上;中断后再办一次即续办", "move a home there that exists; after an interruption the same again"),
    },
    "import": {
        "import template -o LIST.xlsx": Words("写出清单模板", "write the template for a list"),
        "import check FOLDER": Words("预检:列出全部问题,不改动任何东西", "the pre-check: tells everything that is wrong, changes nothing"),
        "import check FOLDER --xlsx OUT.xlsx": Words("同上,并写出标明错处和改法的清单", "likewise, and write the list with bad cells marked and the mend beside each"),
        "import apply FOLDER -o REGISTER": Words("预检并登记,写出登记清单;中断后再办一次即续办", "check and register, write the register; after an interruption the same again"),
        "import apply FOLDER --dry-run": Words("只说会怎么办", "only say what would be done"),
        "import report FOLDER -o REGISTER": Words("重出登记清单", "make the register out anew"),
        "import units UNITS.xlsx -o UNITS.jsonl": Words("标引表与 JSON Lines 互换", "a list of units from Excel to JSON Lines, or back"),
        "import car FILE.car -o FOLDER": Words("解开 CAR 文件", "unpack a CAR file"),
    },
    "lot": {
        "lot add NAME --contract HT-2023-017 --delivered 2023-09-18": Words("写明一个批次;再办一次即更正", "say what a lot is; again: correct it"),
        "lot show NAME": Words("看一个批次和它的验收", "one lot, and how it was accepted"),
        "lot list": Words("列出全部批次", "all lots"),
    },
    "submit": {
        "submit 14000001-2023-00000001-K": Words("本机送审", "submit here"),
        "submit --all -o REQUEST.json": Words("全部草稿送审,写出送审单带给审核员", "every draft, with a request file for the reviewer's machine"),
    },
    "approve": {
        "approve --all": Words("在本机批准全部待审的", "approve here all that waits"),
        "approve REQUEST.json -o APPROVALS.json --keystore reviewer.json": Words("在审核员的机器上批准送审单", "approve a request on the reviewer's own machine"),
    },
    "send": {
        "send": Words("发送已批准的,续办未完成的", "send what is approved, finish what was interrupted"),
        "send APPROVALS.json": Words("收进审核员的批准并发送", "take a reviewer's approvals in, then send"),
    },
    "keys": {
        "keys new reviewer -o reviewer.json": Words("生成一把密钥,打印它的地址", "make a key and print its address"),
        "keys show": Words("列出节点目录里各密钥的地址", "the addresses of the home's keys"),
        "keys show reviewer.json": Words("一个密钥文件的地址", "the address of one keystore"),
    },
    "receipt": {
        "receipt 14000001-2023-00000001-K -o receipt.json": Words("一件资源的凭证", "the receipt of a resource"),
        "receipt 14000001-2023-00000001-K --unit UNIT_ID -o receipt.json": Words("其中一条知识单元的凭证", "that of one of its units"),
        "receipt 14000001-2023-00000001-K --status -o receipt.json": Words("并证明它此刻未撤销、未冻结", "with proof that it is neither withdrawn nor frozen now"),
    },
    "anchor": {
        "anchor export -o anchor.json": Words("写出信任锚,交给核验者", "write the anchor, for those who verify"),
        "anchor update": Words("更新节点目录里的", "bring the home's forward"),
        "anchor update --anchor anchor.json --rpc URL": Words("向网络取证明,更新一份文件", "bring a file forward by proofs of the network"),
        "anchor update --anchor anchor.json --from NEWER.json": Words("不联网,由另一份取证明", "offline, by the proofs of another copy"),
        "anchor update --profile PROFILE.json": Words("其间接纳了新机构时,给出它的资料", "with what says who was admitted since"),
    },
    "verify": {
        "verify FILE receipt.json --anchor anchor.json": Words("离线核验", "verify offline"),
        "verify FILE receipt.json --anchor anchor.json --fingerprint FINGERPRINT": Words("并要求信任锚有这个指纹", "and require this fingerprint of the anchor"),
        "verify FILE receipt.json --anchor anchor.json --rpc URL": Words("并问网络现在如何", "and ask the network how it stands today"),
    },
    "audit": {
        "audit": Words("全面自检:链、载荷、索引、日志、证明", "check everything: chain, payload, index, journal, proofs"),
        "audit --fixity": Words("只做固定性检查,每次读当天的一份", "the fixity check alone, a share of the payloads each run"),
        "audit --fixity --cycle-days 0": Words("固定性检查,全部重读", "the fixity check, everything read again"),
    },
    "purge": {
        "purge draft 14000001-2023-00000001-K --why TEXT -o LIST.json": Words("登记员为已撤销的资源拟销毁清册", "a registrar draws up the list of withdrawn resources"),
        "purge approve LIST.json --keystore reviewer.json": Words("审核员看过后签署", "a reviewer reads and signs it"),
        "purge run LIST.json": Words("登记员执行,载荷不可恢复", "the registrar carries it out; the payloads are gone"),
    },
    "storage": {
        "storage reindex": Words("由存储根重建数据块索引", "make the block index anew from the storage root"),
        "storage publish --all": Words("把伙伴馆可见的载荷送进本馆的 kubo", "send what partners may see into the home's kubo"),
        "storage check --all": Words("核对 kubo 是否私有,并读回已发布的", "see that kubo is private, and read back what was published"),
        "storage fetch receipt.json -o FOLDER": Words("按凭证取伙伴馆的载荷", "fetch a partner's payload by its receipt"),
    },
    "incident": {
        "incident list": Words("列出未了结的事件", "those that stand"),
        "incident resolve NAME --note TEXT": Words("了结一件,写明如何了结的", "resolve one, and say how"),
    },
    "replay": {
        "replay": Words("重放本机链", "replay the embedded chain"),
        "replay --rpc URL --anchor anchor.json --engine goquorum": Words("重放一个网络的链;中断后再办一次即续办", "replay a network's chain; after an interruption the same again"),
    },
    "export": {
        "export 14000001-2023-00000001-K FOLDER": Words("一件资源的载荷", "the payload of one resource"),
        "export 14000001-2023-00000001-K FOLDER --bag": Words("同上,加著录、凭证、信任锚,为 BagIt 包", "likewise with metadata, receipts and anchor, as a BagIt bag"),
        "export 14000001-2023-00000001-K FILE.car --car": Words("给 IPFS 软件的 CAR 文件", "a CAR file for IPFS software"),
        "export --all FOLDER": Words("全部资源、清单和独立的核验程序;中断后再办一次即续办", "everything, with a verifier that runs alone; after an interruption the same again"),
    },
    "restore": {
        "restore FOLDER": Words("由备份恢复;此后只读,直到确认", "put a backup back; read-only until it is confirmed"),
        "restore --head HASH": Words("以抄下的区块头哈希确认(本机链)", "confirm it by the header hash that was written down (embedded chain)"),
        "restore --confirm": Words("由网络确认(网络上的节点)", "have the network confirm it (a home on a network)"),
        "restore --reconcile": Words("没有更新的备份时,以网络为准", "where there is no newer backup: by what the network has"),
    },
    "network": {
        "network found CONSORTIUM.yaml -o FOLDER": Words("建立联盟:创世文件、验证节点文件、各馆密钥", "found a consortium: genesis, files of validators, keys of institutions"),
        "network deploy FOLDER --rpc URL": Words("验证节点启动后,部署登记合约、写出信任锚", "when its validators run: create the registry, write the trust anchor"),
    },
}  # fmt: skip
"""Command → what is typed after `zhicang` → what it does. The tests parse every line."""


def usages_of(command: str, language: str) -> str | None:
    """Give the text under a command's help, or None where the options say everything."""
    if command not in USAGES:
        return None
    lines = [f"  zhicang {typed}\n      {words.in_language(language)}" for typed, words in USAGES[command].items()]
    return "\n".join(["各种用法:" if language == "zh" else "usages:", *lines])
