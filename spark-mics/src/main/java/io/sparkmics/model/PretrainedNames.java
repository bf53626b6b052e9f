package io.sparkmics.model;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * How the tensors of a folder of Hugging Face's library are called that a model can start from, beside the names of its own
 * parameters.
 *
 * @param prefix what the library puts before the names of a model with a head, and leaves out of one without; perhaps empty
 * @param tied other names of parameters, which the folder may have beside the first
 * @param buffers the whole names, without the prefix, of what older folders have and no model needs
 */
public record PretrainedNames(String prefix, Set<String> tied, Pattern buffers) {

    /** The names of the parameters, and no others. */
    public static final PretrainedNames SAME = new PretrainedNames("", Set.of(), Pattern.compile("(?!)"));

    public PretrainedNames {
        tied = Set.copyOf(tied);
    }

    /** Whether a model without a head may call it so, or an older version of the library may have left it there. */
    boolean ignores(String tensor) {
        return tied.contains(tensor) || buffers.matcher(withoutPrefix(tensor)).matches();
    }

    String withoutPrefix(String name) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
