namespace Tapline.Serving.Postgres;

/// <summary>Writes errors: https://www.postgresql.org/docs/current/protocol-error-fields.html.</summary>
static class PgError
{
    public static void Write(PgOutput output, PgException failure, string severity = "ERROR")
    {
        output.Begin('E');
        Field('S', severity);
        Field('V', severity);
        Field('C', failure.State);
        Field('M', failure.Message);
        if (failure.Hint is { } hint)
            Field('H', hint);
        output.Byte(0);
        output.End();

        void Field(char code, string text)
        {
            output.Byte((byte)code);
            output.Text(text);
        }
    }
}
