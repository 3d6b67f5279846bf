"""Peers and checks by which connectors are tested: real processes with real state, no mocks."""
