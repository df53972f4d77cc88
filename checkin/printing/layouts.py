"""Sizes of paper, and where badges stand on them."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

MM = 72 / 25.4


class Layout(StrEnum):
    #: 86 × 54 mm, one a page: for card printers.
    card = "card"
    #: 105 × 148 mm, one a page.
    a6 = "a6"
    #: A4 with four of 95 × 135 mm and crop marks.
    a4x4 = "a4x4"
    #: A4 with eight cards and crop marks.
    a4x8 = "a4x8"


class Paper(msgspec.Struct, frozen=True):
    """In millimetres."""

    width: float
    height: float
    cell_width: float
    cell_height: float
    columns: int = 1
    rows: int = 1
    #: Between two cells, for the marks.
    gap: float = 0.0
    marks: bool = False
    #: Of the QR code's modules.
    module: float = 1.0

    @property
    def cells(self) -> int:
        return self.columns * self.rows

    def places(self) -> Iterator[tuple[float, float]]:
        """Lower left corners, row by row from the top."""
        whole_width = self.columns * self.cell_width + (self.columns - 1) * self.gap
        whole_height = self.rows * self.cell_height + (self.rows - 1) * self.gap
        left, bottom = (self.width - whole_width) / 2, (self.height - whole_height) / 2
        for row in range(self.rows):
            for column in range(self.columns):
                yield (
                    left + column * (self.cell_width + self.gap),
                    bottom + (self.rows - 1 - row) * (self.cell_height + self.gap),
                )


PAPERS = {
    Layout.card: Paper(86, 54, 86, 54),
    Layout.a6: Paper(105, 148, 105, 148, module=1.5),
    Layout.a4x4: Paper(210, 297, 95, 135, 2, 2, gap=6, marks=True, module=1.4),
    Layout.a4x8: Paper(210, 297, 86, 54, 2, 4, gap=8, marks=True),
}
