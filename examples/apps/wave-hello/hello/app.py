"""Two cards."""
import os

from h2o_wave import Q, app, main, ui  # noqa: F401 (Wave looks for main)

visits = 0


@app("/")
async def serve(q: Q):
    global visits
    visits += 1
    q.page["hello"] = ui.markdown_card(
        box="1 1 4 2",
        title="Hello",
        content=f"You are {q.user or 'somebody'}, and this is visit {visits}.",
    )
    q.page["about"] = ui.markdown_card(
        box="1 3 4 2",
        title="About",
        content=" ".join(
            os.environ.get(name, "")
            for name in ("H2O_CLOUD_APP_NAME", "H2O_CLOUD_APP_VERSION", "H2O_CLOUD_INSTANCE_ID")
        ),
    )
