"""Reads a dialog-info body and checks it against the schema of RFC 4235 section 4.4 on the way."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

SPACE = "{urn:ietf:params:xml:ns:dialog-info}"
STATES = {"trying", "proceeding", "early", "confirmed", "terminated"}
ORDER = ("state", "duration", "replaces", "referred-by", "route-set", "local", "remote")  # xs:sequence of <dialog>


@dataclass(frozen=True, slots=True)
class Dialog:
    state: str
    direction: str = ""
    remote: str = ""  # user part of the identity
    name: str = ""


@dataclass(frozen=True, slots=True)
class DialogInfo:
    entity: str
    version: int
    dialogs: dict[str, Dialog]

    def only(self) -> Dialog:
        (one,) = self.dialogs.values()
        return one


def read(body: str) -> DialogInfo:
    root = ElementTree.fromstring(body)
    assert root.tag == f"{SPACE}dialog-info"
    assert root.attrib.keys() == {"version", "state", "entity"}
    assert root.attrib["state"] in ("full", "partial")
    dialogs: dict[str, Dialog] = {}
    for one in root:
        assert one.tag == f"{SPACE}dialog"
        assert one.attrib.keys() <= {"id", "call-id", "local-tag", "remote-tag", "direction"}
        assert one.attrib["id"] not in dialogs, "an id names one dialog"
        assert one.attrib.get("direction", "initiator") in ("initiator", "recipient")
        children = [child.tag.removeprefix(SPACE) for child in one]
        assert children == sorted(children, key=ORDER.index)
        assert children.count("state") == 1
        state = one.findtext(f"{SPACE}state", "")
        assert state in STATES
        for side in ("local", "remote"):
            for part in one.findall(f"{SPACE}{side}"):
                inside = [child.tag.removeprefix(SPACE) for child in part]
                assert inside == [name for name in ("identity", "target") if name in inside]
                target = part.find(f"{SPACE}target")
                assert target is None or target.attrib["uri"].startswith("sip:")
        identity = one.find(f"{SPACE}remote/{SPACE}identity")
        remote, name = "", ""
        if identity is not None:
            assert (identity.text or "").startswith("sip:")
            remote, name = (identity.text or "")[4:].partition("@")[0], identity.get("display", "")
        dialogs[one.attrib["id"]] = Dialog(state, one.get("direction", ""), remote, name)
    return DialogInfo(root.attrib["entity"], int(root.attrib["version"]), dialogs)
