"""The trunk the trainers share: run folder, loop, exact resume, checkpoints, logs, devices, report.

A toolkit writes a `Task` (task.py) and calls `fit(task, run, settings, fabric)` (loop.py); nothing in here
knows what is trained.
"""
