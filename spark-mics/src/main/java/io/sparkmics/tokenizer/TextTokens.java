package io.sparkmics.tokenizer;

import java.lang.ref.Cleaner;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.util.TaskCompletionListener;

/** The ids of one text: a function of Spark's. Each task has the tokenizer loaded once, until it ends. */
public final class TextTokens implements UDF1<String, int[]> {

    private static final long serialVersionUID = 1L;

    private static final Cleaner CLEANER = Cleaner.create();

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
            return onTheDriver().encode(text, specialTokens);
        }
        if (tokenizer == null) {
            PretrainedTokenizer opened = PretrainedTokenizer.of(file);
            task.addTaskCompletionListener((TaskCompletionListener) ended -> opened.close());
            tokenizer = opened;
        }
        return tokenizer.encode(text, specialTokens);
    }

    /** Rows that the driver holds are computed while the query is planned. It is closed when nobody has this object any more. */
    private synchronized PretrainedTokenizer onTheDriver() {
        if (tokenizer == null) {
            PretrainedTokenizer opened = PretrainedTokenizer.of(file);
            CLEANER.register(this, opened::close);
            tokenizer = opened;
        }
        return tokenizer;
    }
}
