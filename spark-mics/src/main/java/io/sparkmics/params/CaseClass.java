package io.sparkmics.params;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import scala.Product;

/**
 * A Scala case class as JSON and back, by the parameters of its constructor: what a record is in Java. One that a shell defines
 * is inside an object of the shell, which is that of the instance that was written last.
 */
final class CaseClass {

    private static final String OUTER = "$outer";

    /** What is around the classes that were written; a shell's objects go with the shell. */
    private static final Map<Class<?>, WeakReference<Object>> OUTERS = new WeakHashMap<>();

    private final Class<?> type;
    private final JsonMapper mapper;

    /** @param mapper writes and reads the values */
    CaseClass(Class<?> type, JsonMapper mapper) {
        this.type = type;
        this.mapper = mapper;
    }

    /** Whether the class is one. */
    static boolean is(Class<?> type) {
        return Product.class.isAssignableFrom(type);
    }

    ObjectNode write(Product value) {
        rememberOuter(value);
        ObjectNode json = mapper.createObjectNode();
        for (int i = 0; i < value.productArity(); i++) {
            json.set(value.productElementName(i), mapper.valueToTree(value.productElement(i)));
        }
        return json;
    }

    /** @throws IllegalArgumentException with the reason, as the end of a sentence */
    Object read(ObjectNode json) {
        Constructor<?> constructor = constructor();
        List<Object> arguments = new ArrayList<>(outer(constructor));
        List<String> names = names(constructor.getParameterCount() - arguments.size());
        requireSame(names, json);
        Type[] types = constructor.getGenericParameterTypes();
        for (String name : names) {
            arguments.add(value(name, json.get(name), types[arguments.size()]));
        }
        try {
            constructor.setAccessible(true);
            return constructor.newInstance(arguments.toArray());
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("its class cannot be made: " + e, e);
        }
    }

    private Object value(String name, JsonNode value, Type type) {
        boolean number = type instanceof Class<?> primitive && primitive.isPrimitive();
        if (value.isNull() && number) {
            throw new IllegalArgumentException(name + " is null");
        }
        return mapper.convertValue(value, mapper.constructType(type));
    }

    private void requireSame(List<String> names, ObjectNode json) {
        List<String> given = new ArrayList<>();
        for (Iterator<String> fields = json.fieldNames(); fields.hasNext(); ) {
            given.add(fields.next());
        }
        if (!given.containsAll(names) || !names.containsAll(given)) {
            throw new IllegalArgumentException("it has " + given + ", and the class has " + names);
        }
    }

    private Constructor<?> constructor() {
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        if (constructors.length != 1) {
            throw new IllegalArgumentException(
                    "its class has " + constructors.length + " constructors, and only its parameters may be one");
        }
        return constructors[0];
    }

    /** What a class inside another one is made with first. */
    private List<Object> outer(Constructor<?> constructor) {
        Class<?> enclosing = type.getEnclosingClass();
        boolean inside = enclosing != null
                && constructor.getParameterCount() > 0
                && constructor.getParameterTypes()[0] == enclosing;
        if (!inside) {
            return List.of();
        }
        Object outer = rememberedOuter();
        if (outer == null) {
            throw new IllegalArgumentException("its class is inside another one, " + enclosing.getName()
                    + ", without which none can be made: define it in an object or outside of all, or give an instance to"
                    + " setModel first");
        }
        return List.of(outer);
    }

    private void rememberOuter(Product value) {
        try {
            Field field = type.getDeclaredField(OUTER);
            field.setAccessible(true);
            synchronized (OUTERS) {
                OUTERS.put(type, new WeakReference<>(field.get(value)));
            }
        } catch (NoSuchFieldException e) {
            // There is nothing around it.
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("Cannot read what is around " + type.getName() + ": " + e, e);
        }
    }

    private Object rememberedOuter() {
        synchronized (OUTERS) {
            WeakReference<Object> outer = OUTERS.get(type);
            return outer == null ? null : outer.get();
        }
    }

    /** Parameters are fields, in their order and before all others. */
    private List<String> names(int parameters) {
        List<String> names = Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .filter(name -> !name.contains("$"))
                .limit(parameters)
                .toList();
        if (names.size() != parameters) {
            throw new IllegalArgumentException("its class does not keep all of its parameters");
        }
        return names;
    }
}
