package io.sparkmics.job.settings;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a trained model is written.
 *
 * @param maxShardSize of a file of its weights, as transformers' {@code save_pretrained} takes it: see {@link #isSize}
 */
public record ExportSettings(String maxShardSize) implements Serializable {

    /** So many digits are a long whatever the unit. */
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,5}) ?([KMGT])(I?)B");

    private static final String UNITS = "KMGT";

    /** Whether it is a whole number with a unit, KB, MB, GB and TB of 1,000, KiB, MiB, GiB and TiB of 1,024. */
    public static boolean isSize(String text) {
        return matcher(text).matches();
    }

    /** In bytes. */
    public long maxShardBytes() {
        Matcher size = matcher(maxShardSize);
        if (!size.matches()) {
            throw new IllegalArgumentException("Cannot write a model in files of " + maxShardSize
                    + " at most: that is no size. Set maxShardSize to one as 5GB, 500MB or 2GiB.");
        }
        long bytes = Long.parseLong(size.group(1));
        for (int power = 0; power <= UNITS.indexOf(size.group(2)); power++) {
            bytes *= size.group(3).isEmpty() ? 1000 : 1024;
        }
        return bytes;
    }

    private static Matcher matcher(String text) {
        return SIZE.matcher(text.toUpperCase(Locale.ROOT));
    }
}
