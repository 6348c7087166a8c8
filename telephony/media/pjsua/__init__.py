"""MediaPort with real calls: pjsua2. The only room that imports it (`library.py` knows its classes).

The wheel is built with assertions, so a mistake here aborts the worker. The rules that keep it alive, measured
with 2.15.1 (each one was a crash once):

* everything on the main thread: threadCnt 0, mainThreadOnly, our loop calls libHandleEvents; other threads of
  the library (end of a file) only put something into a queue;
* callbacks collect, `poll` acts: no final answer is sent from inside onIncomingCall;
* the last reference to a Call goes inside its DISCONNECTED callback: call ids are recycled at once, and the
  destructor of a stale Call hangs up whoever has the id now;
* `getInfo()` and every other compound value is kept in a local while its parts are used;
* the null device, not "no device": nothing else clocks the bridge;
* leave with `close()` and os._exit: the interpreter's own end runs callbacks on dead globals.
"""

from __future__ import annotations

from telephony.media.pjsua.port import PjsuaPort

__all__ = ["PjsuaPort"]
