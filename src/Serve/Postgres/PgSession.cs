using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tapline.Serving.Http;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Postgres;

/// <summary>A client that has come in, from its first statement to its last
/// (https://www.postgresql.org/docs/current/protocol-flow.html).</summary>
sealed class PgSession(
    PgChannel channel, Caller caller, GuardedSql sql, string id, TimeProvider time, ILogger logger) : IDisposable
{
    const int StatementsMax = 1_000;
    const int SendBytes = 64 << 10;

    readonly PgCommands _commands = new();
    readonly Dictionary<string, PgStatement> _statements = new(StringComparer.Ordinal);
    readonly Dictionary<string, PgPortal> _portals = new(StringComparer.Ordinal);
    readonly PgReplies _replies = new(channel.Output);
    bool _skips;

    /// <summary>Answers until the client says goodbye.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        _replies.Ready(_commands.State);
        while (true)
        {
            await channel.FlushAsync(ct);
            if (await channel.ReadAsync(hasType: true, ct) is not { } message || message.Type == 'X')
                return;
            // After an error nothing counts before the next Sync.
            if (_skips && message.Type != 'S')
                continue;
            try
            {
                await AnswerAsync(message, ct);
            }
            catch (PgException failure)
            {
                Fail(failure, message.Type);
            }
            catch (SqlRefusedException refused)
            {
                Fail(PgException.Of(refused), message.Type);
            }
        }
    }

    public void Dispose()
    {
        foreach (var portal in _portals.Values)
            portal.Dispose();
        _portals.Clear();
    }

    async Task AnswerAsync(PgMessage message, CancellationToken ct)
    {
        switch (message.Type)
        {
            case 'Q':
                await QueryAsync(new PgFields(message.Body).Text(), ct);
                break;
            case 'P':
                await ParseAsync(message.Body, ct);
                break;
            case 'B':
                Bind(message.Body);
                break;
            case 'D':
                await DescribeAsync(message.Body, ct);
                break;
            case 'E':
                await ExecuteAsync(message.Body, ct);
                break;
            case 'C':
                Close(message.Body);
                break;
            case 'S':
                _skips = false;
                EndImplicit();
                _replies.Ready(_commands.State);
                break;
            case 'H':
                break;
            case 'd' or 'c' or 'f':
                break; // What is left of a COPY that was refused.
            default:
                throw new PgException("08P01", $"a message of the kind {(int)message.Type} is not known");
        }
    }

    /// <summary>Statements in one text, each answered whole.</summary>
    async Task QueryAsync(string text, CancellationToken ct)
    {
        var statements = PgDialect.Split(text);
        if (statements.Count == 0)
        {
            _replies.Empty('I');
        }
        foreach (var statement in statements)
        {
            using var portal = new PgPortal(
                statement, PgDialect.Translate(statement, literals: null), _commands.Answer(statement), []);
            await OpenAsync(portal, ct);
            if (PgReplies.HasColumns(portal))
                _replies.Columns(portal);
            await SendAsync(portal, long.MaxValue, ct);
        }
        EndImplicit();
        _replies.Ready(_commands.State);
    }

    async Task ParseAsync(byte[] body, CancellationToken ct)
    {
        var (name, text, types) = ParseFields(body);
        if (name.Length > 0 && _statements.ContainsKey(name))
            throw new PgException("42P05", $"there is a prepared statement {name} already");
        if (_statements.Count >= StatementsMax)
            throw new PgException("53400", $"a session has at most {StatementsMax} prepared statements");
        var statements = PgDialect.Split(text);
        if (statements.Count > 1)
            throw new PgException("42601", "a prepared statement is one statement");
        var statement = statements.FirstOrDefault() ?? "";
        _statements[name] = new PgStatement(statement, await TypesAsync(statement, types, ct));
        _replies.Empty('1');
    }

    static (string Name, string Text, List<int> Types) ParseFields(byte[] body)
    {
        var fields = new PgFields(body);
        var (name, text) = (fields.Text(), fields.Text());
        var types = new List<int>();
        for (var left = fields.Int16(); left > 0; left--)
            types.Add(fields.Int32());
        return (name, text, types);
    }

    // What the client does not say, the statement may; else it is a text.
    async Task<ImmutableArray<int>> TypesAsync(string statement, List<int> types, CancellationToken ct)
    {
        var count = PgDialect.ParameterCount(statement);
        while (types.Count < count)
            types.Add(0);
        if (types.Take(count).All(static type => type is not (0 or PgTypes.Unknown)))
            return [.. types];
        var kinds = await sql.ParametersAsync(Request(PgDialect.Translate(statement, literals: null)), ct);
        return
        [
            .. types.Select((type, i) => type is not (0 or PgTypes.Unknown) ? type
                : i < kinds.Length ? PgTypes.Of(kinds[i]) : PgTypes.Text),
        ];
    }

    void Bind(byte[] body)
    {
        var fields = new PgFields(body);
        var (name, of) = (fields.Text(), fields.Text());
        var statement = Statement(of);
        var parameterFormats = Formats(ref fields);
        var count = fields.Int16();
        if (count != statement.Parameters.Length)
        {
            throw new PgException(
                "08P01", $"the statement takes {statement.Parameters.Length} parameters, found {count}");
        }
        var literals = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var length = fields.Int32();
            var value = length < 0 ? null : fields.Take(length).ToArray();
            var isBinary = parameterFormats.Length switch
            {
                0 => false,
                1 => parameterFormats[0] == 1,
                _ => parameterFormats[i] == 1,
            };
            literals.Add(PgParameters.Literal(statement.Parameters[i], value, isBinary));
        }
        var formats = Formats(ref fields);
        if (_portals.Remove(name, out var before))
            before.Dispose();
        _portals[name] = new PgPortal(
            statement.Sql, PgDialect.Translate(statement.Sql, literals), _commands.Answer(statement.Sql), formats);
        _replies.Empty('2');
    }

    static ImmutableArray<short> Formats(ref PgFields fields)
    {
        var formats = ImmutableArray.CreateBuilder<short>();
        for (var left = fields.Int16(); left > 0; left--)
            formats.Add(fields.Int16());
        return formats.ToImmutable();
    }

    async Task DescribeAsync(byte[] body, CancellationToken ct)
    {
        var (kind, name) = Named(body);
        if (kind == 'P')
        {
            var portal = Portal(name);
            await OpenAsync(portal, ct);
            _replies.Columns(portal);
            return;
        }
        var statement = Statement(name);
        _replies.Parameters(statement.Parameters);
        var literals = statement.Parameters.Select(static type => PgParameters.Literal(type, null, false)).ToList();
        var answer = IsOfSession(statement.Sql);
        using var described = new PgPortal(
            statement.Sql, PgDialect.Translate(statement.Sql, literals), answer, []);
        if (answer is null && statement.Sql.Length > 0)
            described.Open(await sql.OpenAsync(Request(described.Text) with { Describes = true }, ct));
        _replies.Columns(described);
    }

    // The answer as it looks, without what follows from it.
    static PgAnswer? IsOfSession(string statement) =>
        PgDialect.Words(statement, 1) is ["begin" or "start" or "rollback" or "abort" or "commit" or "end", ..]
            ? new PgAnswer("")
            : new PgCommands().Answer(statement);

    async Task ExecuteAsync(byte[] body, CancellationToken ct)
    {
        var fields = new PgFields(body);
        var portal = Portal(fields.Text());
        var rows = fields.Int32();
        if (portal.Sql.Length == 0)
        {
            _replies.Empty('I');
            return;
        }
        await OpenAsync(portal, ct);
        await SendAsync(portal, rows > 0 ? rows : long.MaxValue, ct);
    }

    void Close(byte[] body)
    {
        var (kind, name) = Named(body);
        if (kind == 'S')
            _statements.Remove(name);
        else if (_portals.Remove(name, out var portal))
            portal.Dispose();
        _replies.Empty('3');
    }

    async Task OpenAsync(PgPortal portal, CancellationToken ct)
    {
        if (portal.IsOpen || portal.Answer is not null || portal.Sql.Length == 0)
            return;
        portal.Open(await sql.OpenAsync(Request(portal.Text), ct));
    }

    async Task SendAsync(PgPortal portal, long rowsMax, CancellationToken ct)
    {
        if (portal.Answer is { } answer)
        {
            SendAnswer(answer);
            return;
        }
        var started = time.GetTimestamp();
        var (outcome, before) = ("failed", portal.Rows);
        try
        {
            var goesOn = true;
            while (goesOn && portal.Rows - before < rowsMax)
            {
                goesOn = portal.Write(channel.Output, rowsMax - (portal.Rows - before), SendBytes);
                if (channel.Output.Count >= SendBytes)
                    await channel.FlushAsync(ct);
            }
            if (portal.IsTruncated)
                throw new PgException("54000", $"an answer has at most {sql.Limits.RowsMax} rows here", "narrow it");
            if (goesOn)
                _replies.Empty('s');
            else
                _replies.Complete($"SELECT {portal.Rows.ToString(CultureInfo.InvariantCulture)}");
            outcome = "answered";
        }
        finally
        {
            logger.StatementRan(
                caller.Name, SqlEndpoint.HashOf(portal.Sql), (long)time.GetElapsedTime(started).TotalMilliseconds,
                portal.Rows, outcome, id);
        }
    }

    void SendAnswer(PgAnswer answer)
    {
        if (answer.Forgets is { } name)
        {
            if (name == "all")
                _statements.Clear();
            else
                _statements.Remove(name);
        }
        if (answer.Column is not null)
            _replies.Value(answer.Value);
        _replies.Complete(answer.Tag);
    }

    void Fail(PgException failure, char message)
    {
        PgError.Write(channel.Output, failure);
        _commands.Fail();
        EndImplicit();
        if (message == 'Q')
            _replies.Ready(_commands.State);
        else
            _skips = true;
    }

    // Portals live as long as their transaction.
    void EndImplicit()
    {
        if (_commands.State == 'I')
            Dispose();
    }

    static (char Kind, string Name) Named(byte[] body)
    {
        var fields = new PgFields(body);
        return ((char)fields.Byte(), fields.Text());
    }

    PgStatement Statement(string name) => _statements.GetValueOrDefault(name)
        ?? throw new PgException("26000", $"there is no prepared statement {name}");

    PgPortal Portal(string name) => _portals.GetValueOrDefault(name)
        ?? throw new PgException("34000", $"there is no portal {name}");

    SqlRequest Request(string text) => new(text, caller.Rows)
    {
        IsPostgres = true,
        Shape = SqlShape.Postgres,
        RowsMax = long.MaxValue,
        Id = id,
    };
}
