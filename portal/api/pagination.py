"""Pages of a collection: `?page=2&page_size=50`, answered as {count, next, previous, results}."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
