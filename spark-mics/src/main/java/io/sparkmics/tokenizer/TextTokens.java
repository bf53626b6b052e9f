package io.sparkmics.tokenizer;

import org.apache.spark.TaskContext;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.util.TaskCompletionListener;

/** The ids of one text: a function of Spark's. Each task has the tokenizer loaded once, until it ends. */
public final class TextTokens implements UDF1<String, int[]> {

    private static final long serialVersionUID = 1L;

    private final TokenizerFile file;
    private final boolean specialTokens;
    private transient PretrainedTokenizer tokenizer;

    public TextTokens(TokenizerFile file, boolean specialTokens) {
        this.file = file;
        this.specialTokens = specialTokens;
    }

    @Override
    public int[] call(String text) {
        if (text == null) {
            return null;
        }
        TaskContext task = TaskContext.get();
        if (task == null) {
            // Rows that the driver holds are computed while the query is planned.
            try (PretrainedTokenizer once = PretrainedTokenizer.of(file)) {
                return once.encode(text, specialTokens);
            }
        }
        if (tokenizer == null) {
            PretrainedTokenizer opened = PretrainedTokenizer.of(file);
            task.addTaskCompletionListener((TaskCompletionListener) ended -> opened.close());
            tokenizer = opened;
        }
        return tokenizer.encode(text, specialTokens);
    }
}
