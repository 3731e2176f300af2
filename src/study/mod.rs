//! Many runs of one question: samples of uncertain figures, bands of the results, and what matters most.
