package io.sparkmics.faults;

import io.sparkmics.MicsEstimator;

/** Params by name. */
final class Settings {

    private Settings() {}

    static void set(MicsEstimator estimator, String name, Object value) {
        if (estimator.hasParam(name)) {
            estimator.set(estimator.getParam(name), value);
        }
    }
}
