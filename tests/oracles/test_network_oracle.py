"""Oracle 20: the minimal network of the example with which simple temporal networks were published.

Origin: Dechter, R., Meiri, I., and Pearl, J. (1991), Artificial Intelligence 49, 61-95, the example of two journeys to work and
the lengths of all shortest paths that they print for it. The tolerance is nothing: bounds are whole minutes.
"""

from __future__ import annotations

from aftermath.statistics.temporal_network import Difference, TemporalNetwork

# Dechter, Meiri and Pearl (1991), the example of their figure 2: John takes the car, Fred the carpool; minutes after 7:00.
PAPER = (
    Difference("x0", "x1", 10, 20),
    Difference("x1", "x2", 30, 40),
    Difference("x3", "x2", 10, 20),
    Difference("x3", "x4", 40, 50),
    Difference("x0", "x4", 60, 70),
)
# the lengths of shortest paths that they print for it
PAPER_DISTANCES = (
    (0, 20, 50, 30, 70),
    (-10, 0, 40, 20, 60),
    (-40, -30, 0, -10, 30),
    (-20, -10, 20, 0, 50),
    (-60, -50, -20, -40, 0),
)


def test_the_minimal_network_of_dechter_meiri_and_pearl():
    network = TemporalNetwork(PAPER)
    for start, distances in enumerate(PAPER_DISTANCES):
        for end, distance in enumerate(distances):
            assert network.between(f"x{start}", f"x{end}") == (-PAPER_DISTANCES[end][start], distance)
