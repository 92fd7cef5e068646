using System.Data;
using Npgsql;
using NpgsqlTypes;

namespace Tapline.Cli.Tests.Serving.Postgres;

public sealed class NpgsqlTests : IAsyncLifetime
{
    GivenPgServer _server = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await GivenPgServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_row_of_every_type_comes_as_it_is()
    {
        await using var connection = await _server.ConnectAsync();
        await using var command = new NpgsqlCommand("""
            SELECT true, 1::SMALLINT, -2::INTEGER, 9007199254740993::BIGINT, 1.5::FLOAT, -2.25::DOUBLE,
                   -1234567.8900::DECIMAL(20,4), 'ü"', '\x00\xFF'::BLOB, DATE '2026-01-02', TIME '03:04:05.678',
                   TIMESTAMP '1999-12-31 23:59:59.5', TIMESTAMPTZ '2026-01-02 03:04:05+00',
                   INTERVAL '1 month 2 days 3 seconds', '6f9619ff-8b86-d011-b42d-00c04fc964ff'::UUID, sum(5)::HUGEINT,
                   [1, 2], {'a': 1}, NULL, 0.0001::DECIMAL(5,4), 0::DECIMAL(4,2), 100000000::DECIMAL(18,2)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        Assert.True(await reader.ReadAsync(Ct));
        Assert.True(reader.GetBoolean(0));
        Assert.Equal(1, reader.GetInt16(1));
        Assert.Equal(-2, reader.GetInt32(2));
        Assert.Equal(9007199254740993, reader.GetInt64(3));
        Assert.Equal(1.5f, reader.GetFloat(4));
        Assert.Equal(-2.25, reader.GetDouble(5));
        Assert.Equal(-1234567.8900m, reader.GetDecimal(6));
        Assert.Equal("ü\"", reader.GetString(7));
        Assert.Equal([0, 255], reader.GetFieldValue<byte[]>(8));
        Assert.Equal(new DateOnly(2026, 1, 2), reader.GetFieldValue<DateOnly>(9));
        Assert.Equal(new TimeOnly(3, 4, 5, 678), reader.GetFieldValue<TimeOnly>(10));
        Assert.Equal(new DateTime(1999, 12, 31, 23, 59, 59, 500), reader.GetDateTime(11));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, default), reader.GetFieldValue<DateTimeOffset>(12));
        Assert.Equal(new NpgsqlInterval(1, 2, 3_000_000), reader.GetFieldValue<NpgsqlInterval>(13));
        Assert.Equal(new Guid("6f9619ff-8b86-d011-b42d-00c04fc964ff"), reader.GetGuid(14));
        Assert.Equal(5m, reader.GetDecimal(15));
        Assert.Equal("[1,2]", reader.GetString(16));
        Assert.Equal("""{"a":1}""", reader.GetString(17));
        Assert.True(reader.IsDBNull(18));
        Assert.Equal(0.0001m, reader.GetDecimal(19));
        Assert.Equal(0m, reader.GetDecimal(20));
        Assert.Equal(100000000m, reader.GetDecimal(21));
        Assert.False(await reader.ReadAsync(Ct));
    }

    [Fact]
    public async Task Parameters_of_every_type_arrive_as_they_are()
    {
        await using var connection = await _server.ConnectAsync();
        await using var command = new NpgsqlCommand("""
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 WHERE $2 = 7
            """, connection);
        object[] values =
        [
            true, 7, 8L, 2.5, -1234.50m, "it's $1 -- no comment", new byte[] { 0, 255 }, new DateOnly(1999, 12, 31),
            new TimeOnly(3, 4, 5), new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified),
            Guid.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff"), (short)3,
        ];
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.PrepareAsync(Ct);
        for (var round = 0; round < 2; round++)
        {
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, Ct);
            Assert.True(await reader.ReadAsync(Ct));
            for (var i = 0; i < values.Length; i++)
            {
                Assert.Equal(values[i], values[i] switch
                {
                    DateOnly => reader.GetFieldValue<DateOnly>(i),
                    TimeOnly => reader.GetFieldValue<TimeOnly>(i),
                    _ => reader.GetValue(i),
                });
            }
        }
    }

    [Fact]
    public async Task A_prepared_statement_is_asked_with_several_values_and_null()
    {
        await using var connection = await _server.ConnectAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM app.orders WHERE account_id = $1", connection);
        var parameter = new NpgsqlParameter<long>();
        command.Parameters.Add(parameter);
        await command.PrepareAsync(Ct);
        foreach (var (value, expected) in new[] { (1L, 50L), (2L, 50L), (3L, 0L) })
        {
            parameter.TypedValue = value;
            Assert.Equal(expected, await command.ExecuteScalarAsync(Ct));
        }
        await using var nothing = new NpgsqlCommand("SELECT $1::INT IS NULL", connection);
        nothing.Parameters.Add(new NpgsqlParameter { Value = DBNull.Value });
        Assert.Equal(true, await nothing.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("INSERT INTO app.orders VALUES (1)", "25006")]
    [InlineData("DROP TABLE app.orders", "25006")]
    [InlineData("COPY app.orders TO STDOUT", "25006")]
    [InlineData("SELECT * FROM read_text('/etc/passwd')", "42501")]
    [InlineData("SELECT * FROM app.nothing", "42P01")]
    [InlineData("SELECT nothing FROM app.orders", "42703")]
    [InlineData("SELEKT", "42601")]
    [InlineData("SELECT 'x'::INT", "22000")]
    public async Task What_is_wrong_has_its_sqlstate_and_the_session_goes_on(string sql, string state)
    {
        await using var connection = await _server.ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        var failure = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Ct));
        Assert.Equal(state, failure.SqlState);
        command.CommandText = "SELECT count(*) FROM app.orders";
        Assert.Equal(100L, await command.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task A_transaction_fails_as_a_whole_and_ends()
    {
        await using var connection = await _server.ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await using var wrong = new NpgsqlCommand("SELEKT", connection, transaction);
            await Assert.ThrowsAsync<PostgresException>(() => wrong.ExecuteNonQueryAsync(Ct));
            await using var after = new NpgsqlCommand("SELECT 1", connection, transaction);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => after.ExecuteNonQueryAsync(Ct));
            Assert.Equal("25P02", refused.SqlState);
            await transaction.RollbackAsync(Ct);
        }
        await using var good = await connection.BeginTransactionAsync(Ct);
        await using var one = new NpgsqlCommand("SELECT 1", connection, good);
        Assert.Equal(1, await one.ExecuteScalarAsync(Ct));
        await good.CommitAsync(Ct);
    }

    [Fact]
    public async Task A_statement_is_cancelled()
    {
        await using var connection = await _server.ConnectAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM range(1000) a(x), range(100000000000) b(y) WHERE x * y % 7 = 3", connection)
        {
            CommandTimeout = 1,
        };
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync(Ct));
        while (_server.Sql.Count > 0)
            await Task.Delay(20, Ct);
    }

    [Fact]
    public async Task Many_rows_come_and_too_many_are_an_error()
    {
        await using var small = await GivenPgServer.StartAsync(rowsMax: 5_000);
        await using var connection = await small.ConnectAsync();
        await using var command = new NpgsqlCommand("SELECT range, 'x' || range FROM range(5000)", connection);
        await using (var reader = await command.ExecuteReaderAsync(Ct))
        {
            var rows = 0L;
            for (; await reader.ReadAsync(Ct); rows++)
                Assert.Equal($"x{rows}", reader.GetString(1));
            Assert.Equal(5_000, rows);
        }
        command.CommandText = "SELECT range FROM range(5001)";
        var failure = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var reader = await command.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct))
                continue;
        });
        Assert.Equal("54000", failure.SqlState);
    }

    [Fact]
    public async Task Keys_let_in_and_tenants_see_their_rows()
    {
        await using var server = await GivenPgServer.StartAsync(isOpen: false);
        foreach (var (user, password, state) in new[]
        {
            ("reader", "another-key-0123456789", "28P01"),
            ("nobody", GivenPgServer.Key, "28P01"),
            ("lists", GivenPgServer.Key, "28000"),
        })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => server.ConnectAsync(user, password));
            Assert.Equal(state, refused.SqlState);
        }
        foreach (var (user, rows) in new[] { ("reader", 100L), ("acme", 50L) })
        {
            await using var connection = await server.ConnectAsync(user, GivenPgServer.Key);
            await using var command = new NpgsqlCommand("SELECT count(*) FROM app.orders", connection);
            Assert.Equal(rows, await command.ExecuteScalarAsync(Ct));
            command.CommandText = "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'plans'";
            Assert.Equal(user == "reader" ? 1L : 0L, await command.ExecuteScalarAsync(Ct));
        }
    }
}
