package io.sparkmics.benchmark.network;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Locale;

/**
 * What the contestants of one table have in common.
 *
 * @param rate of each link and direction, as tc reads it
 * @param coresOfHost that it is held to; 0: all hosts share the machine's
 * @param machineCores of all hosts together, where they are not held to some
 * @param microBatch sequences of a micro-step
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record NetworkSetting(
        int hosts,
        int ranksPerHost,
        String rate,
        double coresOfHost,
        int machineCores,
        int microBatch,
        int layers,
        int heads,
        int width,
        int context,
        int vocabularySize) {

    static NetworkSetting of(NetworkOptions options, int hosts, Rate rate) {
        var config = options.config();
        return new NetworkSetting(
                hosts,
                options.ranksPerHost(),
                rate.text(),
                options.cores().orElse(0),
                Runtime.getRuntime().availableProcessors(),
                options.microBatch(),
                config.layers(),
                config.heads(),
                config.width(),
                config.context(),
                config.vocabularySize());
    }

    int worldSize() {
        return hosts * ranksPerHost;
    }

    Rate linkRate() {
        return Rate.of(rate);
    }

    double coresOfAll() {
        return coresOfHost > 0 ? coresOfHost * hosts : machineCores;
    }

    String coresText() {
        return coresOfHost > 0
                ? String.format(Locale.ROOT, "%s cores a host", coresOfHost)
                : String.format(Locale.ROOT, "%d cores for all", machineCores);
    }

    /** The same of other hosts. */
    NetworkSetting onHosts(int count) {
        return with(count, rate);
    }

    /** The same over other links. */
    NetworkSetting over(String otherRate) {
        return with(hosts, otherRate);
    }

    private NetworkSetting with(int changedHosts, String changedRate) {
        return new NetworkSetting(
                changedHosts,
                ranksPerHost,
                changedRate,
                coresOfHost,
                machineCores,
                microBatch,
                layers,
                heads,
                width,
                context,
                vocabularySize);
    }
}
