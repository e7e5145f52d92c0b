"""MTCRNN: a conditional recurrent network for sound textures, in one or more tiers."""
