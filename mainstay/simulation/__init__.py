"""How would it go for many patients? Virtual patients in arrays. Pure: no clock, no network, no unseeded chance."""
