"""The publishing door: every change of the configuration goes through `change()` in `change.py`
(docs/architecture.md, section 3).

    from portal.publish.change import by_request, change

    with change(by=by_request(request), why="Modify user ann") as work:
        user = work.lock(user, seen=form.seen_version, mine={"first_name": "Anne"})
        user.first_name = "Anne"
        work.save(user)
    work.outcome      # a sentence: which version is in force, or when it will be
"""
