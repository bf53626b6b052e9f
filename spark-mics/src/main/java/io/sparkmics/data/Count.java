package io.sparkmics.data;

/** What is counted of each partition of documents. */
enum Count {
    TRAINING_DOCUMENTS,
    /** Ends of text included where there are any, as in all counts of tokens. */
    TRAINING_TOKENS,
    VALIDATION_DOCUMENTS,
    VALIDATION_TOKENS,
    NULL_ROWS,
    EMPTY_DOCUMENTS,
    NULL_INDICATORS,
    NULL_IDS,
    FOREIGN_IDS,
    /** One of the foreign ids. */
    FOREIGN_ID_EXAMPLE,
    /** The {@link TokenHash} of all tokens in their order: two readings of a partition that differ, differ here. */
    TOKEN_HASH,
    /** What it is of: tokens and beginnings of documents. */
    HASHED,
    /** Of responses whose sequence is cut off. */
    CUT_OFF,
    /** The sum of the weights of training rows: the bits of a double. */
    TRAINING_WEIGHT,
    /** The same of validation rows. */
    VALIDATION_WEIGHT
}
