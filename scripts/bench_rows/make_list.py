"""Writes an Excel list of so many rows and 12 columns, as a processing company would."""

from __future__ import annotations

import hashlib
import sys

from openpyxl import Workbook

COLUMNS = (
    "题名", "类型", "权利", "公开级别", "日期", "自有编号", "责任者", "主题词", "卷册序", "页数", "SHA-256", "说明",
)  # fmt: skip


def main(path: str, rows: int) -> None:
    """Write it."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("清单")
    sheet.append(COLUMNS)
    for i in range(rows):
        digest = hashlib.sha256(b"%d" % i).hexdigest()
        words = [f"第 {i} 号文献", "图书", "公有领域", "公开", f"19{i % 50:02}-0{i % 9 + 1}", f"R-{i}"]
        sheet.append([*words, f"作者 {i % 999}", "抗战;晋绥", i % 99, i % 300 + 1, digest, f"摘要 {i}"])
    workbook.save(path)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
