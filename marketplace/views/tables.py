"""Lists that leave the site as files: CSV and XLSX, in which nothing is taken for a formula."""

import csv
from io import BytesIO

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

EXPORTED = 5_000  # rows
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file(kind, name, title, lines):
    """`lines` of strings, the head first, as a download `name`.csv or `name`.xlsx."""
    response = _as_csv(lines) if kind == "csv" else _as_xlsx(title, lines)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def query(asked):
    """What narrows the list, for the link to its file."""
    kept = asked.copy()
    for name in ("after", "before", "order"):
        kept.pop(name, None)
    return f"?{kept.urlencode()}" if kept else ""


def _as_csv(lines):
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    writer = csv.writer(response)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return response


def _as_xlsx(title, lines):
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for line in lines:
        cells = []
        for value in line:
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"  # text, even where it begins like a formula
            cells.append(cell)
        sheet.append(cells)
    kept = BytesIO()
    book.save(kept)
    return HttpResponse(kept.getvalue(), content_type=XLSX)


def _harmless(cell):
    """A spreadsheet must not take a title for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
