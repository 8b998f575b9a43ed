"""The endurance run: posts go on being published while workers are killed, nodes fail and the chain reorganises."""
