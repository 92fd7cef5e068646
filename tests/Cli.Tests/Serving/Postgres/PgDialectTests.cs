using FsCheck;
using FsCheck.Fluent;
using Tapline.Serving.Postgres;

namespace Tapline.Cli.Tests.Serving.Postgres;

public sealed class PgDialectTests
{
    [Theory]
    [InlineData("c.relname OPERATOR(pg_catalog.~) '^(x)$' COLLATE pg_catalog.default", "c.relname ~ '^(x)$' ")]
    [InlineData("FROM pg_catalog.pg_class c", "FROM tapline_pg_catalog.pg_class c")]
    [InlineData("pg_catalog.pg_get_expr(a, b)::pg_catalog.text", "pg_get_expr(a, b)::text")]
    [InlineData("version()", "pg_version()")]
    [InlineData("version", "version")]
    [InlineData("FROM pg_catalog.generate_series(0, f(1)) s, x", "FROM generate_series(0, f(1)) s(s), x")]
    [InlineData("a, string_to_array(x, ',') s WHERE", "a, (SELECT string_to_array(x, ',') AS s) s WHERE")]
    [InlineData("CAST(a AS REGCLASS)", "CAST(a AS BIGINT)")]
    [InlineData("SHOW search_path", "SELECT pg_setting('search_path') AS search_path")]
    [InlineData("FROM unnest(a) AS u WHERE u > 1", "FROM unnest(a) AS u(u) WHERE u > 1")]
    [InlineData("SELECT unnest(a) s FROM unnest(b) g(i)", "SELECT unnest(a) s FROM unnest(b) g(i)")]
    [InlineData("'a.b'::pg_catalog.regclass::oid", "pg_oid_of('a.b')::oid")]
    [InlineData("c.oid::regclass", "c.oid")]
    [InlineData("'it''s $1 ; pg_catalog.x' -- $1 version()", "'it''s $1 ; pg_catalog.x' -- $1 version()")]
    [InlineData("$1 + $2 || $$ $1 $$", "ONE + TWO || $$ $1 $$")]
    [InlineData("/* /* $1 */ $2 */ \"$1\" E'\\'$1'", "/* /* $1 */ $2 */ \"$1\" E'\\'$1'")]
    public void What_clients_write_is_put_into_DuckDBs_words(string sql, string expected) =>
        Assert.Equal(expected, PgDialect.Translate(sql, ["ONE", "TWO"]));

    [Theory]
    [InlineData("SELECT 1; SELECT ';' ; -- ;\n ", 2)]
    [InlineData("SELECT $a$;$a$", 1)]
    [InlineData(" ; /* x */ ;", 0)]
    public void Statements_are_told_apart(string sql, int count) => Assert.Equal(count, PgDialect.Split(sql).Count);

    [Fact]
    public void The_pieces_are_the_text() => Prop.ForAll(
        Gen.Elements("'", "\"", "$", "$$", "a", "E'", "\\", "--", "/*", "*/", "\n", " ", "1", ";", "$1", "$a$")
            .ListOf().Select(static parts => string.Concat(parts)).ToArbitrary(),
        static text => string.Concat(SqlTokens.Of(text).Select(token => token.In(text).ToString())) == text)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Decimals_are_read_as_they_are_written() => Prop.ForAll(
        ArbMap.Default.ArbFor<long>(), Gen.Choose(0, 20).ToArbitrary(),
        static (number, scale) =>
        {
            var output = new PgOutput();
            PgNumeric.Write(output, number, scale);
            return PgNumeric.Read(output.Written.Span[4..]) == PgNumeric.Text(number, scale);
        }).QuickCheckThrowOnFailure();
}
