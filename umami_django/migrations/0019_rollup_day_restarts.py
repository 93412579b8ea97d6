from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('umami_django', '0018_hit_session_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='rollupday',
            name='restarts',
            field=models.BinaryField(null=True),
        ),
    ]
