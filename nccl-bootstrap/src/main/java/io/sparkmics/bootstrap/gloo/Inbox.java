package io.sparkmics.bootstrap.gloo;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Work;

/**
 * The messages of one operation from one peer, in the order in which it sends them. The next few are asked for before they are
 * needed: Gloo sends nothing before it is asked for, and the question has to travel the other way.
 */
final class Inbox {

    /** How many are asked for, beside the one that has come last. */
    static final int AHEAD = 4;

    private final Function<Tensor, Work> receive;
    private final Consumer<Work> await;
    private final Queue<Supplier<Tensor>> expected = new ArrayDeque<>();
    private final Queue<Message> asked = new ArrayDeque<>();

    private record Message(Tensor tensor, Work work) {}

    /** @param receive begins to receive into a tensor */
    Inbox(Function<Tensor, Work> receive, Consumer<Work> await) {
        this.receive = receive;
        this.await = await;
    }

    /**
     * One more message comes.
     *
     * @param place where to: asked when at most {@link #AHEAD} earlier ones are on their way
     */
    void expect(Supplier<Tensor> place) {
        expected.add(place);
        if (asked.size() < AHEAD) {
            ask();
        }
    }

    private void ask() {
        Tensor tensor = expected.remove().get();
        asked.add(new Message(tensor, receive.apply(tensor)));
    }

    /** Waits for the next message. The one before has been made use of. */
    Tensor next() {
        Message message = asked.remove();
        await.accept(message.work());
        message.work().close();
        if (!expected.isEmpty()) {
            ask();
        }
        return message.tensor();
    }
}
