"""How the instance is: health for load balancers, metrics for Prometheus, the state for people."""
