"""One file per kind of step: how a draft is continued towards an extension, a mailbox, an outside line."""
