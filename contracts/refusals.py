"""The words for every error of the registry, and the selectors that it tells them by."""

from __future__ import annotations

from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]
_NUMBER: Fields = (("number", "bytes32"),)
_INSTITUTION: Fields = (("institution", "bytes8"),)
_ACCOUNT: Fields = (("account", "address"),)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error of the contract: its name, arguments and meaning, and its reason in EntrySkipped where it has one."""

    name: str
    fields: Fields
    zh: str
    en: str
    reason: int = 0
    about_permission: bool = False


# The first four bytes of keccak-256 of the signatures; a test computes them from the artefact.
BY_SELECTOR: dict[bytes, Refusal] = {
    bytes.fromhex(selector): refusal
    for selector, refusal in {
        "77caf672": Refusal(
            "AlreadyRegistered", _NUMBER, "该登记号已登记过", "the number is registered already", 1
        ),
        "53ea3ca0": Refusal(
            "WrongInstitution", _NUMBER + _INSTITUTION,
            "登记号不以发送者的机构码开头", "the number does not begin with the code of the sender's institution", 2,
        ),
        "25794cd7": Refusal(
            "MalformedNumber", _NUMBER, "登记号超过 24 个字符", "the number is longer than 24 characters", 3
        ),
        "bd3c9089": Refusal(
            "UnknownKind", (("kind", "uint8"),), "资源种类既非文件也非文件夹", "the kind is neither file nor tree", 4
        ),
        "506f3a1b": Refusal("ZeroDigest", (), "缺少必填的摘要", "a digest that is asked for is zero", 5),
        "586e5acb": Refusal("ZeroPeriod", (), "缺少项目年度", "the project year is missing", 6),
        "8d9a61c6": Refusal(
            "BadCid", (("length", "uint256"),),
            "内容标识缺失或超过 64 字节", "the CID is missing or longer than 64 bytes", 7,
        ),
        "d03e43a1": Refusal(
            "UnknownReplaced", (("replaces", "bytes32"),),
            "要替代的不是本机构已登记的资源", "what is to be replaced is no record of the sender's institution", 8,
        ),
        "95b0d1da": Refusal("NoEntries", (), "一组中没有资源", "there is no entry to register"),
        "d297b6c5": Refusal(
            "AlreadyCommitted", (("root", "bytes32"),),
            "该批知识单元已上链", "a unit batch with this root was committed before",
        ),
        "a335edb8": Refusal("NothingClaimed", (), "上链批次的申报条数为零", "the unit batch claims no unit"),
        "70c2d8f4": Refusal(
            "AlreadyAdmitted", _INSTITUTION, "该机构已被接纳", "the institution was admitted before"
        ),
        "d5f52235": Refusal(
            "UnknownInstitution", _INSTITUTION, "该机构未被接纳", "the institution is not admitted"
        ),
        "483c3bc4": Refusal("ZeroInstitution", (), "缺少机构码", "the institution's code is zero"),
        "bfcf3c0b": Refusal("ZeroAccount", (), "缺少账户地址", "an account that is asked for is zero"),
        "ce436389": Refusal(
            "AccountTaken", _ACCOUNT + _INSTITUTION,
            "该密钥已属于一个机构", "the key belongs to an institution already",
        ),
        "d3725be1": Refusal(
            "AccountWithoutInstitution", _ACCOUNT,
            "登记员角色只给已接纳机构的密钥", "the registrar's role is for keys of admitted institutions",
        ),
        "e2517d3f": Refusal(
            "AccessControlUnauthorizedAccount", (*_ACCOUNT, ("neededRole", "bytes32")),
            "发送者没有这一操作的权限", "the sender lacks the role for this act", about_permission=True,
        ),
        "6697b232": Refusal(
            "AccessControlBadConfirmation", (),
            "只能放弃自己的角色", "an account can renounce only its own role", about_permission=True,
        ),
    }.items()
}  # fmt: skip

BY_REASON: dict[int, Refusal] = {known.reason: known for known in BY_SELECTOR.values() if known.reason}
