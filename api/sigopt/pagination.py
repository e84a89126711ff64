"""A list that comes in pages."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, final

from armwright.sigopt.api_object import ApiObject, Fields, as_is, list_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Pagination", "Paging"]


@final
class Paging(ApiObject):
    """Where the pages before and after this one begin; None where there is none."""

    FIELDS: ClassVar[Fields] = {"before": as_is, "after": as_is}


@final
class Pagination(ApiObject):
    """One page of a list, and the way to the others.

    Args:
        data_cls: What the items are.
        body: The page.
        bound_endpoint: The call that it came from.
        retrieve_params: What that was called with.
    """

    FIELDS: ClassVar[Fields] = {"count": int, "paging": Paging}

    def __init__(
        self,
        data_cls: type[Any],
        body: dict[str, Any],
        bound_endpoint: Any = None,
        retrieve_params: Any = None,
    ) -> None:
        object.__setattr__(self, "data_cls", data_cls)
        super().__init__(body, bound_endpoint, retrieve_params)

    data_cls: type[Any]

    @property
    def data(self) -> list[Any] | None:
        """The items of this page; warns that there may be others."""
        warnings.warn(
            "data are the items of one page: iterate_pages() goes through those of all",
            RuntimeWarning,
            stacklevel=2,
        )
        return self._items()

    def iterate_pages(self) -> Iterator[Any]:
        """Goes through the items of all pages; fetches the next where one ends.

        Along `paging.before`, unless the list was fetched in ascending order, or with `after`
        alone.
        """
        params = dict(self._retrieve_params or {})
        rising = str(params.get("ascending")).lower() == "true"
        way = "after" if rising or ("after" in params and "before" not in params) else "before"
        params.pop("after" if way == "before" else "before", None)
        page = self
        while items := page._items():
            yield from items
            following = (page._body.get("paging") or {}).get(way)
            if following is None:
                return
            page = self._bound_endpoint(**{**params, way: following})

    def _items(self) -> list[Any] | None:
        items = self._body.get("data")
        return None if items is None else list_of(self.data_cls)(items)

    def __repr__(self) -> str:
        shown = {"data": self._items(), "count": self.count, "paging": self.paging}
        text = self._text({name: item for name, item in shown.items() if item is not None})
        return text.replace("Pagination", f"Pagination<{self.data_cls.__name__}>", 1)

    def __reduce__(self) -> tuple[Any, ...]:
        return Pagination, (self.data_cls, self.to_json())
