package io.sparkmics.monitor;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.function.Consumer;

/**
 * What one step of training has to say for itself. As JSON it is one line: of {@code metrics.jsonl}, and on its way from
 * rank 0 to the driver.
 *
 * @param step counted from 1, as people do
 * @param steps how many steps there will be
 * @param loss the mean training loss of the step, in nats per token
 * @param learningRate what the optimiser used in this step
 * @param gradientNorm the global norm before clipping
 * @param tokensPerSecond of all ranks together, in this step
 * @param tokens trained on so far, by all ranks together
 * @param validationLoss in nats per token, or null where the schedule has no evaluation after this step
 * @param seconds that training took from the beginning of the first step on; a run that goes on counts on from its checkpoint
 * @param waitSeconds that rank 0 has waited for the others in this step; null where it does not measure: on a GPU
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepMetrics(
        long step,
        long steps,

        @JsonProperty(required = true) @NullWhereNotFinite double loss,

        double learningRate,

        @JsonProperty(required = true) @NullWhereNotFinite double gradientNorm,

        double tokensPerSecond,
        long tokens,

        @NullWhereNotFinite Double validationLoss,

        double seconds,
        WaitSeconds waitSeconds) {

    /** What a rank's message of these is called. */
    public static final String KIND = "step";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Where nobody measures what ranks wait. */
    public StepMetrics(
            long step,
            long steps,
            double loss,
            double learningRate,
            double gradientNorm,
            double tokensPerSecond,
            long tokens,
            Double validationLoss,
            double seconds) {
        this(step, steps, loss, learningRate, gradientNorm, tokensPerSecond, tokens, validationLoss, seconds, null);
    }

    public StepMetrics {
        if (step < 1 || step > steps) {
            throw new IllegalArgumentException(
                    "Cannot report step " + step + " of " + steps + ": steps count from 1 to their total.");
        }
        if (tokens < 0 || seconds < 0) {
            throw new IllegalArgumentException("Cannot report step " + step + ": its tokens (" + tokens
                    + ") and seconds (" + seconds + ") must not be negative.");
        }
    }

    /** Takes what {@link #toJson} writes. */
    public static Consumer<String> reader(Consumer<StepMetrics> listener) {
        return json -> listener.accept(fromJson(json));
    }

    /** Whether loss or gradient was not finite, so that no rank has updated anything. As JSON it is there where it is true. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    public boolean skipped() {
        return !Double.isFinite(loss) || !Double.isFinite(gradientNorm);
    }

    /** One line of JSON, without the line's end. A loss or norm that is not finite is null. */
    public String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write step " + step + " as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * A loss or norm that is null comes back as NaN.
     *
     * @throws IllegalArgumentException when the line is not what {@link #toJson} writes
     */
    public static StepMetrics fromJson(String line) {
        try {
            return JSON.readValue(line, StepMetrics.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot read the metrics of a step: " + e.getOriginalMessage(), e);
        }
    }
}
