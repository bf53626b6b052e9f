package io.sparkmics.data;

import java.util.Arrays;

/**
 * Tokens of which those behind the first ones are predicted: of a prompt, its response and the end of text, the response and its
 * end.
 *
 * @param tokens not padded
 * @param first where that begins; never 0, for nothing stands before the first token
 */
public record ResponseSequence(int[] tokens, int first) {

    /**
     * @param endOfText put behind the response, unless it ends with it; negative: nothing is
     * @param most how many tokens a sequence has at most: what is behind them is cut off
     */
    static ResponseSequence of(int[] prompt, int[] response, int endOfText, int most) {
        boolean ended = endOfText < 0 || response.length == 0 || response[response.length - 1] == endOfText;
        int[] tokens = Arrays.copyOf(prompt, prompt.length + response.length + (ended ? 0 : 1));
        System.arraycopy(response, 0, tokens, prompt.length, response.length);
        if (!ended) {
            tokens[tokens.length - 1] = endOfText;
        }
        return new ResponseSequence(Arrays.copyOf(tokens, Math.min(tokens.length, most)), Math.max(prompt.length, 1));
    }

    /** How many tokens are predicted: 0 where the prompt leaves no room. */
    public int predicted() {
        return Math.max(tokens.length - first, 0);
    }

    /** What is predicted from each token but the last, -1 where nothing is. */
    public int[] targets() {
        int[] targets = new int[Math.max(tokens.length - 1, 0)];
        System.arraycopy(tokens, tokens.length - targets.length, targets, 0, targets.length);
        Arrays.fill(targets, 0, Math.min(first - 1, targets.length), TokenBatch.PADDING);
        return targets;
    }
}
