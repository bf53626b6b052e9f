package io.sparkmics.model;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How the tensors of a folder of Hugging Face's library are called that a model can start from, beside the names of its own
 * parameters.
 *
 * @param prefix what the library puts before the names of a model with a head, and leaves out of one without; perhaps empty
 * @param tied other names of parameters, which the folder may have beside the first
 * @param unread the whole names, without the prefix, of what folders have and this model does without: buffers that older
 *     versions of the library kept, heads for something else
 * @param drawn the whole names of parameters that are drawn where the folder does not have them: those of heads
 * @param older how names ended once, by how they end now
 */
public record PretrainedNames(
        String prefix, Set<String> tied, Pattern unread, Pattern drawn, Map<String, String> older) {

    private static final Pattern NONE = Pattern.compile("(?!)");

    /** The names of the parameters, and no others. */
    public static final PretrainedNames SAME = new PretrainedNames("", Set.of(), NONE);

    public PretrainedNames {
        tied = Set.copyOf(tied);
        older = Map.copyOf(older);
    }

    /** Of a model that has no part of its own which a folder could lack. */
    public PretrainedNames(String prefix, Set<String> tied, Pattern unread) {
        this(prefix, tied, unread, NONE, Map.of());
    }

    /** Whether the model does without it, or has it under another name. */
    boolean ignores(String tensor) {
        return tied.contains(tensor) || unread.matcher(withoutPrefix(tensor)).matches();
    }

    /** Whether it is drawn where the folder does not have it. */
    boolean draws(String parameter) {
        return drawn.matcher(parameter).matches();
    }

    /** Which of a folder's tensors is the parameter; empty where none is. */
    Optional<String> find(String parameter, Collection<String> tensors) {
        return Stream.of(parameter, withoutPrefix(parameter))
                .flatMap(name -> Stream.concat(Stream.of(name), formerly(name)))
                .filter(tensors::contains)
                .findFirst();
    }

    private Stream<String> formerly(String name) {
        return older.entrySet().stream()
                .filter(ending -> name.endsWith(ending.getKey()))
                .map(ending -> name.substring(0, name.length() - ending.getKey().length()) + ending.getValue());
    }

    private String withoutPrefix(String name) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
