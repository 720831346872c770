"""Graphs, plans and their answers worked out by hand-made Python, for every graph engine.

case_graph  a graph with its catalog      reference   what a plan means, one node at a time
plant       the demo plant                network     the data-centre network of the public CSVs
questions   sixty plans                   engines     the same graph in both engines, and its rows
"""
