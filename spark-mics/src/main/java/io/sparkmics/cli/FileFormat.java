package io.sparkmics.cli;

import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the name of a file says of its format. */
final class FileFormat {

    private static final Map<String, String> FORMATS = Map.of(
            "json", "json", "jsonl", "json", "ndjson", "json", "csv", "csv", "tsv", "csv", "txt", "text", "orc", "orc",
            "avro", "avro", "parquet", "parquet", "xml", "xml");

    /** Spark and Hadoop name the file that they could not read. */
    private static final Pattern ENDING = Pattern.compile(
            "/\\S*\\.(" + String.join("|", FORMATS.keySet()) + ")(?:\\.(?:gz|bz2|zst))?(?![\\w/]|\\.\\w)");

    private FileFormat() {}

    /** @param reason why Spark could not read files as the format */
    static String remedy(String reason, String format) {
        Optional<MatchResult> ending = reason.startsWith("[PATH_NOT_FOUND]")
                ? Optional.empty()
                : ENDING.matcher(reason).results().findFirst();
        return ending.filter(found -> !FORMATS.get(found.group(1)).equals(format))
                .map(found ->
                        "The file ends in ." + found.group(1) + ": set --format " + FORMATS.get(found.group(1)) + ".")
                .orElse("Set --input to what is there, and --format to what it is:"
                        + " parquet, text, json, csv or any other that Spark reads.");
    }
}
