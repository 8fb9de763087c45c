"""Every call that a row of the table can make, for the checks against botocore's own model."""

from provisioner.providers.aws.spec import Each, Listed, Members, Op, Switch, Whole


def changing(change):
    """The calls that a change of a property can make."""
    match change:
        case Op():
            return (change,)
        case Switch(on, off):
            return (on, off)
        case Members(add, remove):
            return (add, remove)
        case Each(op) | Whole(op):
            return (op,)
        case _:
            return ()


def calls_of(spec):
    """Every call this type can make: to make, read, find, change and remove, and what goes before and after."""
    direct = [spec.create, spec.read, *spec.also.values()]
    if spec.delete:
        direct.append(spec.delete)
    if isinstance(spec.find, Listed):
        direct.append(spec.find.op)
    if spec.tags:
        direct += (spec.tags.add, spec.tags.remove)
    for op in (*direct, *(op for row in spec.fields for op in changing(row.on_change))):
        yield op
        for sweep in op.first:
            yield from (sweep.list, sweep.each)
        if op.then:
            yield op.then[0]
