"""The ways of training that ``throughput.py`` compares, each in a module of its own.

``prepare(case)`` returns a function that trains for a number of epochs over ``case.images`` random images
and returns once all steps have run.
"""
