"""The benchmark: what the targets name, measured here, beside what one would write without this package.

``shotgun-data bench`` starts an origin in a process of its own, which answers for a site and for its media from
canned bytes, and runs each case some rounds: ours, then the plain ways, then ours again, so that what disturbs one
disturbs all. Every run's results are checked (rows equal to the client's, files byte by byte, counts): a way that
does not do its work has no time, and the command ends with 1. It never ends so because something was slow.

How to read the table:

- A line for each way to do the work, ours first. ``median`` and ``min`` are over the rounds; smaller is better in
  every line. Where they are far apart, the machine was busy: compare within one run, never across machines.
- ``to ours`` is the plain way's median divided by ours: ``3.1 x`` says that the plain way takes 3.1 times as much.
- ``target``: what the project wants to reach, and whether this run did; for information only. "The incumbent" is
  tk-framework-shotgunutils, which is not run here: its seconds were measured once, on two cores of a server, with
  PySide6 6.8 and Python 3.11, against the same kind of origin. On another machine read such a target as a hint.
- "0 ms away" is an origin on this machine, which uses some of its cores; "40 ms away" is the same one, answering
  40 ms after each request. Connections cost no such delay: they are cheaper here than on a real network.

``--json FILE`` keeps all values with what they were measured on, ``--compare FILE`` puts such a run beside this one.
There a plain way that changed as much as ours tells of the machine, not of a change of ours. ``--short`` runs
everything once with small counts, in seconds.
"""
