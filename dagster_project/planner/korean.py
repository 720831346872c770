"""Korean particles for the planner's lexicon; the rules live beside the resolver, which is below.

`is_particle_tail("에서는")` is true; `strip_particles("서버는")` is `("서버는", "서버")`.
"""

from __future__ import annotations

from dagster_project.resolver.particles import is_particle_tail, strip_particles

__all__ = ["is_particle_tail", "strip_particles"]
