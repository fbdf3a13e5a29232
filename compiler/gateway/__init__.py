"""The second reading: manifests read back, and requests answered as Authorino, the filter and Limitador would."""
