"""The URLs of an AdminPage, each behind its link."""

from __future__ import annotations

from django.urls import URLPattern, path

from portal.access.guard import requires_link
from portal.pages.page import AdminPage
from portal.pages.views import AddView, DeleteView, ListView, ModifyView, PageView


def page_urls(
    page: AdminPage,
    *,
    list_view: type[ListView] = ListView,
    add_view: type[AddView] = AddView,
    modify_view: type[ModifyView] = ModifyView,
    delete_view: type[DeleteView] = DeleteView,
) -> list[URLPattern]:
    """List, and add, modify, delete as far as the page has links for them. Names: page.name, page.name + ".add" …"""
    item = page.item_path or page.path
    wanted: tuple[tuple[str, str, str, type[PageView]], ...] = (
        (page.path, "", page.name, list_view),
        (page.path + "add/", ".add", page.add_link, add_view),
        (item + "<int:pk>/", ".modify", page.modify_link, modify_view),
        (item + "<int:pk>/delete/", ".delete", page.delete_link, delete_view),
    )
    return [
        path(route, requires_link(link)(view.as_view(page=page)), name=page.name + suffix)
        for route, suffix, link, view in wanted
        if link
    ]
