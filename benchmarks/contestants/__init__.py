"""The training loops that ``throughput.py`` compares, one module per framework or loop.

A contestant is a function of a case. It returns a function that trains for a given number of epochs over
``case.images`` random images and returns when all steps have run.
"""
