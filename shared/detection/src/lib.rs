//! entities, buckets, baselines, kernels, analytics, incidents and findings; pure.
