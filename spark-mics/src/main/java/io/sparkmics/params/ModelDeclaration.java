package io.sparkmics.params;

import io.sparkmics.model.ModelConfig;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which classes a saved folder may name as its model's configuration: those that the class path declares in {@code
 * META-INF/services/io.sparkmics.model.ModelConfig}, and those that code of this process has set. Any other is refused by its
 * name, and not even loaded. Thread-safe.
 */
public final class ModelDeclaration {

    private static final String FILE = ServiceFiles.FOLDER + ModelConfig.class.getName();

    /** By name: set by code here, or found declared. A shell's classes go with the shell. */
    private static final Map<String, WeakReference<Class<? extends ModelConfig>>> ACCEPTED = new ConcurrentHashMap<>();

    private ModelDeclaration() {}

    /** What the user of an own model should know before a long training; empty where the class is declared. */
    public static Optional<String> warning(ModelConfig config) {
        Class<?> type = config.getClass();
        return ServiceFiles.list(ModelConfig.class, loader()).contains(type.getName())
                ? Optional.empty()
                : Optional.of("The model can be saved, but only this process will load it again: nothing declares its"
                        + " configuration " + type.getName() + ". " + remedy(type.getName()));
    }

    /** Code that has an instance has run the class already. */
    static void accept(Class<? extends ModelConfig> type) {
        ACCEPTED.put(type.getName(), new WeakReference<>(type));
    }

    /**
     * The class of that name, not initialised.
     *
     * @throws IllegalArgumentException where it is not accepted, is not there, or is no {@link ModelConfig}
     */
    static Class<? extends ModelConfig> find(String name) {
        if (!ServiceFiles.isClassName(name)) {
            throw new IllegalArgumentException(
                    "Cannot read the model's configuration: its class is not the name of one.");
        }
        Class<? extends ModelConfig> known = accepted(name);
        if (known == null && !ServiceFiles.list(ModelConfig.class, loader()).contains(name)) {
            throw new IllegalArgumentException(
                    "Cannot read the model's configuration: nothing on the class path declares "
                            + name + " as one, and what is saved may not choose which code runs. If it is yours: "
                            + remedy(name));
        }
        try {
            Class<?> found = Class.forName(name, false, loader());
            if (!ModelConfig.class.isAssignableFrom(found)) {
                throw new IllegalArgumentException("Cannot read the model's configuration: " + name
                        + " is no ModelConfig. Only such classes are accepted.");
            }
            Class<? extends ModelConfig> type = found.asSubclass(ModelConfig.class);
            accept(type);
            return type;
        } catch (ClassNotFoundException e) {
            if (known != null) {
                return known;
            }
            throw new IllegalArgumentException(
                    "Cannot read the model's configuration: there is no class " + name
                            + ". Put the jar that has it on the class path of the driver and the executors.",
                    e);
        }
    }

    private static Class<? extends ModelConfig> accepted(String name) {
        WeakReference<Class<? extends ModelConfig>> reference = ACCEPTED.get(name);
        return reference == null ? null : reference.get();
    }

    private static String remedy(String name) {
        return "Put a file " + FILE + " with the line " + name + " into the jar of the class, or give an instance to"
                + " setModel before you load.";
    }

    /** Spark's loader of user jars is the thread's; this class's own is enough where there is none. */
    private static ClassLoader loader() {
        ClassLoader threads = Thread.currentThread().getContextClassLoader();
        return threads == null ? ModelDeclaration.class.getClassLoader() : threads;
    }
}
