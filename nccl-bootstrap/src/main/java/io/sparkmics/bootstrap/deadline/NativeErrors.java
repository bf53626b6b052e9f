package io.sparkmics.bootstrap.deadline;

/** What native code says went wrong, without the places in its build tree. */
final class NativeErrors {

    private NativeErrors() {}

    static String reason(Throwable error) {
        String message = String.valueOf(error.getMessage()).strip();
        String reason = message.replaceAll("\\[/[^\\]]*\\] ?", "");
        int end = reason.indexOf('\n');
        return (end < 0 ? reason : reason.substring(0, end)).replaceFirst("\\.$", "");
    }
}
