package io.sparkmics;

import io.sparkmics.data.RowColumn;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.params.PredictionParams;
import java.util.ArrayList;
import java.util.List;

/** Which column of a frame a model's input is read from. */
final class RowSources {

    private final PredictionParams<?> params;
    private final ModelConfig config;

    private RowSources(PredictionParams<?> params, ModelConfig config) {
        this.params = params;
        this.config = config;
    }

    /**
     * In the order of the model's inputs.
     *
     * @throws IllegalArgumentException where {@code featuresCols} are not as many as those
     */
    static List<RowColumn> of(PredictionParams<?> params, ModelConfig config) {
        return new RowSources(params, config).columns();
    }

    private List<RowColumn> columns() {
        List<InputColumn> inputs = config.inputs();
        String[] names = params.getFeaturesCols();
        if (names.length != 0 && names.length != inputs.size()) {
            throw new IllegalArgumentException("Cannot read the model's inputs from featuresCols " + List.of(names)
                    + ": it reads " + inputs.size() + ", "
                    + inputs.stream().map(InputColumn::name).toList() + ". Set a column for each, in this order.");
        }
        List<RowColumn> columns = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            InputColumn input = inputs.get(i);
            String name = names.length == 0 ? name(input) : names[i];
            columns.add(new RowColumn(name, RowColumn.Role.FEATURES, input, limit(input)));
        }
        return columns;
    }

    private String name(InputColumn input) {
        boolean tokens = input.isTokens();
        if (tokens && !params.getTextCol().isBlank()) {
            return params.getTextCol();
        }
        long ofThisKind = config.inputs().stream()
                .filter(other -> other.isTokens() == tokens)
                .count();
        boolean features = tokens ? config.inputs().size() == 1 : ofThisKind == 1;
        return features ? params.getFeaturesCol() : input.name();
    }

    private int limit(InputColumn input) {
        return input.isTokens() ? config.vocabularySize() : Integer.MAX_VALUE;
    }
}
