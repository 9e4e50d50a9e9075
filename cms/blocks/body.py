"""The column that holds blocks. Migrations know nothing of what is in it: words of editors change
more often than tables do, and a migration imports nothing of ours.
"""

from typing import Any

from wagtail.fields import StreamField


class Body(StreamField):
    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, _args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", [[]], {**kwargs, "block_lookup": {}}
