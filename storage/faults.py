"""What a fixity check or a look at the block index can find wrong, each kind with its words."""

from __future__ import annotations

from dataclasses import dataclass

from storage.errors import Words

_WORDS = {
    "object-missing": Words("存储根中没有这个对象", "the storage root does not hold the object"),
    "declaration-changed": Words("对象声明缺失或被改", "the object's declaration is missing or changed"),
    "inventory-damaged": Words("对象清册缺失或损坏", "the object's inventory is missing or damaged"),
    "payload-changed": Words("载荷文件的内容变了", "a payload file has changed"),
    "payload-missing": Words("载荷文件缺失", "a payload file is missing"),
    "payload-moved": Words("载荷文件被移到了别处", "a payload file was moved to another place"),
    "object-moved": Words("对象被移到了别处", "the object was moved to another place"),
    "payload-surplus": Words("多出一个载荷文件", "there is a payload file too many"),
    "metadata-changed": Words("著录文件缺失或被改", "the metadata file is missing or changed"),
    "manifest-changed": Words("清单文件缺失或被改", "the manifest is missing or changed"),
    "sm3-changed": Words("载荷的 SM3 与 SM3 清单不符", "the payload's SM3 is not that of the SM3 manifest"),
    "file-surplus": Words("对象中多出一个文件", "there is a file too many in the object"),
    "index-missing": Words("索引缺少数据块的一行", "the block index lacks a row"),
    "index-changed": Words("索引的一行与载荷不符", "a row of the block index does not match the payload"),
    "index-surplus": Words("索引多出一行", "the block index has a row too many"),
}
_INDEX = Words("用 zhicang storage reindex 重建索引", "rebuild the index with zhicang storage reindex")
_RESTORE = Words(
    "用 zhicang repair 取回,或从备份恢复这个对象的目录",
    "bring it back with zhicang repair, or restore the object's folder from a backup",
)
_MOVE_BACK = Words("把它移回原处", "move it back to where it was")
_SURPLUS = Words("查明来历后移出存储根", "find out where it came from, then take it out of the storage root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: what (a code), in which object and file, what was expected and what was found.

    ``path`` is relative to the object's folder; for the block index it names the payload file and, after "@", the
    offset, or is a CID. ``expected`` and ``found`` are digests or CIDs, empty for nothing; ``because`` says more.
    """

    what: str
    object_id: str
    path: str
    expected: str = ""
    found: str = ""
    because: Words | None = None

    @property
    def words(self) -> Words:
        """Say what is wrong."""
        return _WORDS[self.what]

    @property
    def mend(self) -> Words:
        """Say what can be done about it."""
        if self.what.startswith("index-"):
            return _INDEX
        if self.what.endswith("-moved"):
            return _MOVE_BACK
        return _SURPLUS if self.what.endswith("-surplus") else _RESTORE
