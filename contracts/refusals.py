"""The words for every error of the registry, and the selectors that it tells them by."""

from __future__ import annotations

from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]
_NUMBER: Fields = (("number", "bytes32"),)
_INSTITUTION: Fields = (("institution", "bytes8"),)
_ACCOUNT: Fields = (("account", "address"),)
_EXPIRES: Fields = (("expires", "uint64"),)


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
        "77caf672": Refusal("AlreadyRegistered", _NUMBER, "该登记号已登记过", "the number is registered already", 1),
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
            "要替代的不是本机构已登记的其他资源",
            "what is to be replaced is no other record of the sender's institution", 8,
        ),
        "c5d89109": Refusal(
            "NotApproved", (("subject", "bytes32"),),
            "缺少本机构审核员对这一内容的批准", "no reviewer of the institution approved just this", 9,
        ),
        "0cda8297": Refusal(
            "ApprovalExpired", _EXPIRES, "审核员的批准已过期", "the reviewer's approval has expired", 10
        ),
        "95b0d1da": Refusal("NoEntries", (), "一组中没有资源", "there is no entry to register"),
        "5240a386": Refusal(
            "ApprovalsDoNotFit", (("entries", "uint256"), ("approvals", "uint256")),
            "批准的个数与资源的个数不符", "there is not one approval for each entry",
        ),
        "d297b6c5": Refusal(
            "AlreadyCommitted", (("root", "bytes32"),),
            "该批知识单元已上链", "a unit batch with this root was committed before",
        ),
        "a335edb8": Refusal("NothingClaimed", (), "申报的条数为零", "nothing is claimed"),
        "b21a3f05": Refusal("UnknownRecord", _NUMBER, "没有这一登记号的登记", "there is no record of this number"),
        "c4e4c7d9": Refusal("AlreadyWithdrawn", _NUMBER, "该登记已撤销,不再变更", "the record is withdrawn, for good"),
        "8e87010d": Refusal("FrozenRecord", _NUMBER, "该登记已被治理方冻结", "the record is frozen by the governors"),
        "20a02faf": Refusal("NotFrozen", _NUMBER, "该登记没有被冻结", "the record is not frozen"),
        "2c461fba": Refusal(
            "WrongVersion", (*_NUMBER, ("version", "uint32"), ("current", "uint32")),
            "所针对的版本不是该登记的现行版本", "the act was meant for another version of the record",
        ),
        "50873b8f": Refusal(
            "ContentChanged", _NUMBER,
            "更正只能改动元数据;其他字段与上一版本不同",
            "an amendment may change the metadata alone; other fields differ from the version before",
        ),
        "6ab283cd": Refusal(
            "UnknownReason", (("code", "uint8"),), "原因代码不在规定之列", "the code is none of the reasons"
        ),
        "389654a4": Refusal(
            "OwnDelivery", _INSTITUTION, "机构不能向自己提交", "an institution delivers to another one, not to itself"
        ),
        "a9ac068c": Refusal(
            "DeliveryNotOpen", (("packageDigest", "bytes32"),),
            "该提交目前不能这样处理", "the delivery is not open for this",
        ),
        "d7848a6f": Refusal("ZeroKind", (), "缺少见证的种类", "the kind of the attestation is missing"),
        "30d23813": Refusal(
            "AlreadyAnchored", (("genesisHash", "bytes32"),),
            "本机构已锚定过这条链", "the institution anchored this chain before",
        ),
        "75862d59": Refusal(
            "NotPermitted", (*_ACCOUNT, ("needed", "uint8")),
            "发送者的密钥没有这一操作的角色,或已失效",
            "the sender's key has not the role for this act, or is not good any more", about_permission=True,
        ),
        "636d449f": Refusal("SuspendedInstitution", _INSTITUTION, "该机构已被暂停", "the institution is suspended"),
        "decb4fc7": Refusal("NotSuspended", _INSTITUTION, "该机构没有被暂停", "the institution is not suspended"),
        "70c2d8f4": Refusal("AlreadyAdmitted", _INSTITUTION, "该机构已被接纳", "the institution was admitted before"),
        "d5f52235": Refusal("UnknownInstitution", _INSTITUTION, "该机构未被接纳", "the institution is not admitted"),
        "cbf3c83a": Refusal(
            "MalformedCode", _INSTITUTION,
            "机构码不是 8 位数字或大写字母", "the institution's code is not 8 digits or capital letters",
        ),
        "bfcf3c0b": Refusal("ZeroAccount", (), "缺少账户地址", "an account that is asked for is zero"),
        "ce436389": Refusal(
            "AccountTaken", _ACCOUNT + _INSTITUTION,
            "该密钥已属于一个机构", "the key belongs to an institution already",
        ),
        "98b21008": Refusal(
            "UnknownRole", (), "密钥需要登记员、审核员、核查员三种角色之一", "a key needs one of the three roles"
        ),
        "b2153d3a": Refusal(
            "KeyNotActive", _ACCOUNT,
            "没有这一密钥,或其状态不允许这样做", "there is no such key, or none in the status that this needs",
        ),
        "79fad04a": Refusal(
            "HeightOutOfRange", (("height", "uint64"),),
            "该高度上这一密钥本来就无效", "the key was not good at this height anyway",
        ),
        "ad0550d5": Refusal(
            "NotGovernor", _ACCOUNT,
            "该账户不是在任的治理方", "the account is no governor in office", about_permission=True,
        ),
        "988d1f03": Refusal(
            "NotGovernance", _ACCOUNT,
            "这只能由足够多治理方批准的提案来做",
            "only a proposal that enough governors approved can do this", about_permission=True,
        ),
        "1d476d1e": Refusal(
            "NotDirect", _ACCOUNT,
            "操作须由密钥直接发送,不能经由合约",
            "a key must send its acts itself, not through a contract", about_permission=True,
        ),
        "d7c7beeb": Refusal(
            "NotCanonical", (),
            "治理操作的编码不规范,或所提的不是治理事项",
            "the governance act is not in its one encoding, or calls nothing that can be proposed",
        ),
        "a72db787": Refusal(
            "AlreadyApproved", (("proposal", "bytes32"), ("governor", "address")),
            "该治理方已批准过这一提案", "the governor approved this proposal before",
        ),
        "d1d36dcd": Refusal(
            "AlreadyExecuted", (("proposal", "bytes32"),), "该提案已执行", "the proposal was executed before"
        ),
        "15a4a714": Refusal("ProposalExpired", _EXPIRES, "该提案已过期", "the proposal has expired"),
        "33c0ca54": Refusal(
            "UnreachableThreshold", (("threshold", "uint32"), ("governors", "uint32")),
            "所需的批准数为零,或多于在任的治理方",
            "the threshold would be zero, or above the number of governors in office",
        ),
        "4d05a32d": Refusal(
            "AlreadyGovernor", _ACCOUNT, "该账户已是治理方或已被提名", "the account is governor or nominated already"
        ),
        "a0e5a0d7": Refusal(
            "NotNominated", _ACCOUNT, "该账户没有被提名", "the account was not nominated", about_permission=True
        ),
        "d6bda275": Refusal(
            "FailedCall", (),
            "提案的内容不能执行:参数超出其类型", "the proposal cannot be executed: an argument is beyond its type",
        ),
        "9996b315": Refusal(
            "AddressEmptyCode", (("target", "address"),), "该地址上没有合约", "there is no contract at this address"
        ),
        "cf479181": Refusal(
            "InsufficientBalance", (("balance", "uint256"), ("needed", "uint256")),
            "余额不足", "the balance is too small",
        ),
    }.items()
}  # fmt: skip

BY_REASON: dict[int, Refusal] = {known.reason: known for known in BY_SELECTOR.values() if known.reason}
