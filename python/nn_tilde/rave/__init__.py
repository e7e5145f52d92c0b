"""RAVE: a real-time variational autoencoder for audio (Caillon and Esling 2021, arXiv 2111.05011).

`load(run_or_checkpoint)` returns a trained network; the command line is in `cli`.
"""
