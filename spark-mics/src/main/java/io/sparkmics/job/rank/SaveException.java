package io.sparkmics.job.rank;

/** The storage does not take what was trained, in several tries: training it again would come to the same end. */
final class SaveException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SaveException(String message) {
        super(message);
    }
}
