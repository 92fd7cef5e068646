namespace Tapline.Cli.Demo;

/// <summary>What users do with the product.</summary>
sealed class BarProduct(BarModel model)
{
    /// <summary>A session with page views and uses of features.</summary>
    public BarTransaction Visit()
    {
        var (session, user, now) = (model.Id(), model.Pick(model.Users), model.Now);
        var statements = new List<BarStatement>
        {
            new("INSERT INTO app.user_sessions (id, account_id, user_id, client, started_at, created_at, updated_at) "
                + "VALUES ($1, $2, $3, $4, $5, $5, $5)",
                session, user.Account, user.Id, model.Pick(BarWords.Clients), now),
        };
        for (var i = model.Random.Next(2, 5); i > 0; i--)
        {
            statements.Add(new BarStatement(
                "INSERT INTO app.page_events (id, session_id, account_id, user_id, path, event_name, properties, "
                + "occurred_at, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $8)",
                model.Next("page"), session, user.Account, user.Id, model.Pick(BarWords.Paths),
                model.Pick(BarWords.PageEvents),
                $$"""{"ms": {{model.Random.Next(5, 900)}}}""", model.Tick()));
        }
        for (var i = model.Random.Next(1, 4); i > 0; i--)
        {
            statements.Add(new BarStatement(
                "INSERT INTO app.feature_usage_events (id, account_id, user_id, feature_id, action, duration_ms, "
                + "occurred_at, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                model.Next("usage"), user.Account, user.Id, (long)model.Random.Next(1, model.FeatureCount + 1),
                model.Pick(BarWords.Actions), model.Random.Next(20, 60_000), model.Tick()));
        }
        model.OpenSessions.Add((session, user.Id));
        return new BarTransaction("a visit", statements);
    }

    /// <summary>The end of a session. The user's row is updated without its preferences: where those are large, the
    /// change carries a placeholder for them.</summary>
    public BarTransaction Leave()
    {
        if (model.OpenSessions.Count == 0)
            return Visit();
        var (session, user) = model.Take(model.OpenSessions);
        return new BarTransaction("a visit ends",
        [
            new BarStatement("UPDATE app.user_sessions SET ended_at = $2, page_views = $3, updated_at = $2 WHERE id = "
                + "$1",
                session, model.Now, model.Random.Next(1, 30)),
            new BarStatement("UPDATE app.users SET last_login_at = $2, updated_at = $2 WHERE id = $1", user, model.Now),
        ]);
    }

    /// <summary>A support ticket opens, or one is solved.</summary>
    public BarTransaction Support()
    {
        if (model.OpenSupport.Count > 0 && model.Chance(50))
        {
            return new BarTransaction("a ticket is solved",
            [
                new BarStatement(
                    "UPDATE app.support_tickets SET status = 'solved', solved_at = $2, csat = $3, updated_at = $2 "
                        + "WHERE id = $1",
                    model.Take(model.OpenSupport), model.Now, (short)model.Random.Next(1, 6)),
                new BarStatement(
                    "INSERT INTO app.nps_responses (id, account_id, survey, score, responded_at, created_at) "
                    + "VALUES ($1, $2, '2025-Q2', $3, $4, $4)",
                    model.Next("nps"), model.Pick(model.Accounts), (short)model.Random.Next(0, 11), model.Now),
            ]);
        }
        var id = model.Next("support");
        model.OpenSupport.Add(id);
        return new BarTransaction("a ticket opens",
        [
            new BarStatement(
                "INSERT INTO app.support_tickets (id, account_id, channel, category, subject, priority, status, "
                + "opened_at, created_at, updated_at) VALUES ($1, $2, 'chat', 'how-to', $3, $4, 'open', $5, $5, $5)",
                id, model.Pick(model.Accounts), model.Pick(BarWords.Subjects), model.Pick(BarWords.Priorities),
                model.Now),
        ]);
    }

    /// <summary>A user is deleted, with all sessions and assignments by cascade; or old page events are.</summary>
    public BarTransaction Forget()
    {
        if (model.Chance(30) && model.Users.Count > 100)
        {
            var user = model.Take(model.Users);
            model.OpenSessions.RemoveAll(session => session.User == user.Id);
            return new BarTransaction("a user is deleted",
                [new BarStatement("DELETE FROM app.users WHERE id = $1", user.Id)]);
        }
        var from = model.OldestPageEvent;
        model.OldestPageEvent += 20;
        return new BarTransaction("old page events are deleted",
            [new BarStatement("DELETE FROM app.page_events WHERE id >= $1 AND id < $2", from, model.OldestPageEvent)]);
    }

    /// <summary>A user changes one part of their preferences; the rest of a large document stays.</summary>
    public BarTransaction ChangePreferences() => new("preferences change",
    [
        new BarStatement("UPDATE app.users SET preferences = preferences || $2::jsonb, updated_at = $3 WHERE id = $1",
            model.Pick(model.Users).Id, $$"""{"revision": {{model.Random.Next(1_000)}}}""", model.Now),
    ]);

    /// <summary>Users join an experiment again after all had left.</summary>
    public BarTransaction Assign()
    {
        var user = model.Pick(model.Users);
        return new BarTransaction("a user joins an experiment",
        [
            new BarStatement(
                "INSERT INTO app.experiment_assignments (experiment_id, user_id, account_id, feature_id, variant, "
                + "assigned_at) VALUES ($1, $2, $3, $1, $4, $5) ON CONFLICT (experiment_id, user_id) DO UPDATE SET "
                + "variant = excluded.variant",
                (long)model.Random.Next(1, 7), user.Id, user.Account, model.Chance(50) ? "control" : "treatment",
                model.Now),
        ]);
    }
}
