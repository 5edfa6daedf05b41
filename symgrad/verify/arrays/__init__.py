"""Claims about graphs with vectors and matrices: read, judged, explained."""
